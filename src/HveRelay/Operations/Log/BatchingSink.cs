using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace HveRelay.Operations.Log;

/// <summary>
/// Lines go out on a thread of their own, in batches: the first at once, those after it together a moment later. A line in a file
/// costs a system call, and a relay under load writes thousands a second.
/// </summary>
/// <param name="to">Takes the lines one by one.</param>
/// <param name="flush">Writes out what <paramref name="to"/> has gathered.</param>
internal sealed class BatchingSink(ILogEventSink to, Action flush) : ILogEventSink, IDisposable
{
    /// <summary>Lines that may wait for a slow disk before who logs waits too: none is ever dropped.</summary>
    internal const int Backlog = 100_000;

    /// <summary>Between two batches. Who follows the log does not notice.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private List<LogEvent> _waiting = [];
    private Thread? _thread;
    private bool _idle, _closed;

    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
        {
            while (_waiting.Count >= Backlog && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (_closed)
            {
                return;
            }

            _waiting.Add(logEvent);
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

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
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
            _waiting = written ?? [];
            Monitor.PulseAll(_gate);
            return batch.Count > 0 ? batch : null;
        }
    }
}
