using HveRelay.Policy;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Policy;

public sealed class SlidingCountTests
{
    private readonly ManualClock _clock = new();

    /// <summary>Tries at these seconds, and which were let through with three a minute.</summary>
    [Theory]
    [InlineData("0 0 0", "+++")]
    [InlineData("0 0 0 0", "+++-")]
    [InlineData("0 0 0 59", "+++-")]
    [InlineData("0 0 0 60", "+++-")]
    [InlineData("0 0 0 61", "++++")]
    [InlineData("0 20 40 60 61 62", "+++-+-")]
    [InlineData("0 20 40 61 81 101", "++++++")]
    [InlineData("0 0 0 61 61 61 61", "++++++-")]
    [InlineData("0.5 0.5 0.5 60.4 60.6 61", "+++--+")]
    [InlineData("0 0 0 0 0 0 0 0 61", "+++-----+")]
    [InlineData("0 0 0 100000 100000 100000 100000", "++++++-")]
    public void Never_more_than_the_limit_in_any_window(string seconds, string expected)
    {
        var count = new SlidingCount<string>(TimeSpan.FromMinutes(1), 10, _clock);
        var began = _clock.GetUtcNow();

        var outcome = seconds.Split(' ').Select(at =>
        {
            _clock.Advance(began + TimeSpan.FromSeconds(double.Parse(at)) - _clock.GetUtcNow());
            return count.TryAdd("a", 3) ? '+' : '-';
        });

        Assert.Equal(expected, string.Concat(outcome));
    }

    [Fact]
    public void Whatever_the_times_the_limit_holds()
    {
        var dice = new Random(7);
        var count = new SlidingCount<string>(TimeSpan.FromMinutes(1), 10, _clock);
        var passed = new List<DateTimeOffset>();
        for (var i = 0; i < 20_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(dice.Next(dice.Next(1, 20_000))));
            if (count.TryAdd("a", 5))
            {
                passed.Add(_clock.GetUtcNow());
            }
        }

        Assert.All(passed.Zip(passed.Skip(5)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Each_key_has_its_own_count()
    {
        var count = new SlidingCount<string>(TimeSpan.FromMinutes(1), 10, _clock);

        Assert.True(count.TryAdd("a", 1));
        Assert.True(count.TryAdd("b", 1));
        Assert.False(count.TryAdd("a", 1));
    }

    [Fact]
    public void To_ask_counts_nothing_and_remembers_nobody()
    {
        var count = new SlidingCount<string>(TimeSpan.FromMinutes(1), 10, _clock);
        count.TryAdd("a", 2);

        Assert.False(count.HasReached("a", 2));
        Assert.True(count.HasReached("a", 1));
        Assert.False(count.HasReached("b", 1));
        Assert.Equal(1, count.Keys);

        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(count.HasReached("a", 1));
    }

    [Fact]
    public void The_one_not_heard_of_for_longest_is_forgotten_for_a_new_one()
    {
        var count = new SlidingCount<int>(TimeSpan.FromMinutes(1), 3, _clock);
        foreach (var key in new[] { 1, 2, 3, 1, 4 })
        {
            count.TryAdd(key, 1);
        }

        Assert.Equal(3, count.Keys);
        Assert.Equal([true, false, true, true], new[] { 1, 2, 3, 4 }.Select(key => count.HasReached(key, 1)));
    }
}
