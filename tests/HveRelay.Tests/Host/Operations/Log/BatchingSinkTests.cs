using System.Collections.Concurrent;
using HveRelay.Operations.Log;
using HveRelay.Tests.Support;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace HveRelay.Tests.Host.Operations.Log;

public sealed class BatchingSinkTests
{
    private readonly Lines _lines = new();

    [Fact]
    public async Task A_line_is_written_out_soon_though_no_other_follows()
    {
        using var sink = new BatchingSink(_lines, _lines.Flush);

        sink.Emit(Line(1));

        await Until.True(() => _lines.Flushed == 1);
    }

    [Fact]
    public void All_lines_are_written_in_order_before_the_end()
    {
        var sink = new BatchingSink(_lines, _lines.Flush);
        for (var number = 0; number < 10_000; number++)
        {
            sink.Emit(Line(number));
        }

        sink.Dispose();

        Assert.Equal(Enumerable.Range(0, 10_000), _lines.Written);
        Assert.Equal(10_000, _lines.Flushed);
        Assert.True(_lines.Flushes < 10_000, $"{_lines.Flushes} writes are no batches");
    }

    [Fact]
    public async Task Lines_wait_for_a_slow_disk_and_none_is_dropped()
    {
        using var disk = new ManualResetEventSlim();
        var sink = new BatchingSink(_lines, () =>
        {
            disk.Wait(TimeSpan.FromSeconds(60));
            _lines.Flush();
        });
        var count = (2 * BatchingSink.Backlog) + 10;
        var logging = Task.Run(() =>
        {
            for (var number = 0; number < count; number++)
            {
                sink.Emit(Line(number));
            }
        });
        await Until.True(() => !_lines.Written.IsEmpty);
        Assert.False(logging.IsCompleted);

        disk.Set();
        await logging.WaitAsync(TimeSpan.FromSeconds(60));
        sink.Dispose();

        Assert.Equal(count, _lines.Written.Count);
    }

    [Fact]
    public async Task A_console_that_nobody_reads_holds_up_neither_who_logs_nor_the_end()
    {
        using var pipe = new ManualResetEventSlim();
        var sink = new BatchingSink(_lines, () => Flush(pipe), mostWaiting: 10) { LastWait = TimeSpan.FromMilliseconds(50) };
        sink.Emit(Line(0));
        await Until.True(() => !_lines.Written.IsEmpty);

        for (var number = 1; number < 1_000; number++)
        {
            sink.Emit(Line(number));
        }

        sink.Dispose();
        Assert.Equal(0, _lines.Flushes);

        // What waited is written yet, if the program has not ended.
        pipe.Set();
        await Until.True(() => _lines.Flushed == 12);
    }

    [Fact]
    public async Task Lines_that_were_dropped_are_counted_in_their_place()
    {
        using var pipe = new ManualResetEventSlim();
        using var sink = new BatchingSink(_lines, () => Flush(pipe), mostWaiting: 10);
        sink.Emit(Line(0));
        await Until.True(() => !_lines.Written.IsEmpty);
        for (var number = 1; number <= 25; number++)
        {
            sink.Emit(Line(number));
        }

        pipe.Set();
        await Until.True(() => _lines.Written.Count == 12);

        Assert.Equal([.. Enumerable.Range(0, 11), -15], _lines.Written);
    }

    [Fact]
    public void What_has_to_be_told_first_is_written_out_when_the_wait_for_it_ends()
    {
        using var sink = new BatchingSink(_lines, _lines.Flush);
        for (var number = 1; number <= 200; number++)
        {
            sink.Emit(Line(number));
            sink.Emit(Line(-number));

            sink.WriteOut();

            Assert.Equal(2 * number, _lines.Flushed);
        }
    }

    [Fact]
    public async Task Who_waits_for_lines_that_a_hung_disk_does_not_take_goes_on_in_the_end()
    {
        using var disk = new ManualResetEventSlim();
        using var sink = new BatchingSink(_lines, () => Flush(disk)) { LastWait = TimeSpan.FromMilliseconds(50) };
        sink.Emit(Line(1));

        sink.WriteOut();

        Assert.Equal(0, _lines.Flushes);
        disk.Set();
        await Until.True(() => _lines.Flushed == 1);
    }

    [Fact]
    public async Task A_disk_that_refuses_does_not_end_the_log()
    {
        var refusals = 0;
        using var sink = new BatchingSink(_lines, () =>
        {
            if (refusals++ == 0)
            {
                throw new IOException("No space left on device");
            }

            _lines.Flush();
        });

        sink.Emit(Line(1));
        await Until.True(() => refusals == 1);
        sink.Emit(Line(2));

        await Until.True(() => _lines.Flushed == 2);
    }

    private void Flush(ManualResetEventSlim whenRead)
    {
        whenRead.Wait(TimeSpan.FromSeconds(60));
        _lines.Flush();
    }

    private static LogEvent Line(int number) => new(
        DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, new MessageTemplateParser().Parse("{number}"),
        [new LogEventProperty("number", new ScalarValue(number))]);

    private sealed class Lines : ILogEventSink
    {
        private volatile int _flushed, _flushes;

        public ConcurrentQueue<int> Written { get; } = new();

        public int Flushed => _flushed;

        public int Flushes => _flushes;

        /// <summary>A line by its number; one about others that are missing by their number below zero.</summary>
        public void Emit(LogEvent logEvent) => Written.Enqueue(
            logEvent.Properties.TryGetValue("Lines", out var missing) ? -Number(missing) : Number(logEvent.Properties["number"]));

        public void Flush()
        {
            _flushed = Written.Count;
            _flushes++;
        }

        private static int Number(LogEventPropertyValue value) => (int)((ScalarValue)value).Value!;
    }
}
