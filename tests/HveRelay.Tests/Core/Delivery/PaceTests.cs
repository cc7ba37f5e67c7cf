using HveRelay.Delivery;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class PaceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task The_next_waits_for_the_oldest_to_leave_the_minute()
    {
        var pace = new Pace(2, _clock);
        await pace.WaitAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await pace.WaitAsync(CancellationToken.None);
        Assert.Equal(0, pace.Room);
        Assert.False(pace.TryTake());

        var third = pace.WaitAsync(CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.False(third.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await third.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, pace.Room);
    }

    [Fact]
    public async Task A_clock_that_is_set_changes_nothing()
    {
        var pace = new Pace(1, _clock);
        await pace.WaitAsync(CancellationToken.None);
        _clock.Set(TimeSpan.FromDays(1));
        Assert.Equal(0, pace.Room);
        _clock.Set(TimeSpan.FromDays(-2));
        Assert.Equal(0, pace.Room);
    }

    /// <summary>A millisecond over, and the wait would have been for ever.</summary>
    [Fact]
    public async Task A_minute_that_ends_between_two_looks_is_over()
    {
        var pace = new Pace(1, new Looks(0, 60_999, 61_001, 61_002, 61_002));
        await pace.WaitAsync(CancellationToken.None);

        await pace.WaitAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(12, 18)]
    [InlineData(1000, 0)]
    public void What_an_earlier_run_sent_counts(long sent, int room)
    {
        var pace = new Pace(30, _clock);
        pace.Remember(sent);
        Assert.Equal(room, pace.Room);
    }

    /// <summary>What each look at the time sees, in milliseconds.</summary>
    private sealed class Looks(params int[] seen) : TimeProvider
    {
        private int _next;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => seen[_next++];
    }
}
