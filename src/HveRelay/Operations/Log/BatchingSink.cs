using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Parsing;

namespace HveRelay.Operations.Log;

/// <summary>
/// Lines go out on a thread of their own, in batches: the first at once, those after it together a moment later. A line in a file
/// costs a system call, and a relay under load writes thousands a second.
/// </summary>
/// <param name="to">Takes the lines one by one.</param>
/// <param name="flush">Writes out what <paramref name="to"/> has gathered.</param>
/// <param name="mostWaiting">
/// Lines that may wait and are dropped above it, with a line that counts them: for a reader who may have stopped to read, and must not stop
/// the mail. Null: none is dropped, and above <see cref="Backlog"/> who logs waits.
/// </param>
internal sealed class BatchingSink(ILogEventSink to, Action flush, int? mostWaiting = null) : ILogEventSink, IDisposable
{
    /// <summary>Lines that may wait for a slow disk before who logs waits too.</summary>
    internal const int Backlog = 100_000;

    /// <summary>Between two batches. Who follows the log does not notice.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly MessageTemplate Dropped =
        new MessageTemplateParser().Parse("{Lines} lines were dropped here, as nobody took them: the files have them");

    private readonly object _gate = new();
    private List<LogEvent> _waiting = [];
    private Thread? _thread;
    private bool _idle, _closed;
    private int _dropped;
    private long _taken, _written;

    /// <summary>At the end, for what waits. Whoever takes nothing for so long must not keep the relay from ending.</summary>
    internal TimeSpan LastWait { get; init; } = TimeSpan.FromSeconds(5);

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            while (mostWaiting is null && _waiting.Count >= Backlog && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (_waiting.Count >= mostWaiting)
            {
                _dropped++;
                return;
            }

            if (_closed)
            {
                return;
            }

            _waiting.Add(logEvent);
            _taken++;
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "log" };
                _thread.Start();
            }
            else if (_idle)
            {
                _idle = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Ends when the lines so far are written out, or cannot be; gives up after <see cref="LastWait"/>.</summary>
    public void WriteOut()
    {
        lock (_gate)
        {
            var mine = _taken;
            Monitor.PulseAll(_gate);
            while (_written < mine && !_closed && Monitor.Wait(_gate, LastWait))
            {
                // Another batch was written.
            }
        }
    }

    /// <summary>Writes what waits, and ends; gives up after <see cref="LastWait"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        if (_thread?.Join(LastWait) == false)
        {
            // It still writes, and would write into what is disposed.
            SelfLog.WriteLine("Log lines could not be written in time");
            return;
        }

        (to as IDisposable)?.Dispose();
    }

    private void Run()
    {
        for (var batch = Take(null); batch is not null; batch = Take(batch))
        {
            foreach (var line in batch)
            {
                to.Emit(line);
            }

            try
            {
                flush();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                SelfLog.WriteLine("Log lines could not be written: {0}", failure);
            }

            lock (_gate)
            {
                _written += batch.Count;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>The next batch, in place of the one that is written; null at the end.</summary>
    private List<LogEvent>? Take(List<LogEvent>? written)
    {
        written?.Clear();
        lock (_gate)
        {
            if (written is not null && !_closed)
            {
                // Lines gather meanwhile; only the end wakes.
                Monitor.Wait(_gate, Pause);
            }

            while (_waiting.Count == 0 && !_closed)
            {
                _idle = true;
                Monitor.Wait(_gate);
            }

            var batch = _waiting;
            if (_dropped > 0)
            {
                batch.Add(Missing(_dropped, batch[^1].Timestamp));
                _dropped = 0;
            }

            _waiting = written ?? [];
            Monitor.PulseAll(_gate);
            return batch.Count > 0 ? batch : null;
        }
    }

    private static LogEvent Missing(int lines, DateTimeOffset at) => new(
        at, LogEventLevel.Warning, null, Dropped, [new LogEventProperty("Lines", new ScalarValue(lines))]);
}
