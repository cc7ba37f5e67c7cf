using HveRelay.Queue;

namespace HveRelay.Tests.Core.Queue;

public sealed class LedgerWindowTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(999, 1)]
    [InlineData(1000, 1)]
    [InlineData(1001, 2)]
    public void A_moment_counts_under_the_second_that_ends_it(int milliseconds, long second) =>
        Assert.Equal(second, LedgerWindow.SecondOf(DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds)));

    // Sent: hours before noon and recipients. Then how much room a limit of 100 leaves at noon, and in how many hours one more fits.
    [Theory]
    [InlineData("", 0, 100, null)]
    [InlineData("1:40", 0, 60, null)]
    [InlineData("1:40", 59, 1, null)]
    [InlineData("1:40", 60, 0, 23.0)]
    [InlineData("1:100", 0, 0, 23.0)]
    [InlineData("2:50 1:50", 0, 0, 22.0)]
    [InlineData("2:1 1:100", 0, 0, 23.0)]
    [InlineData("2:1 1:99", 0, 0, 22.0)]
    [InlineData("24:100", 0, 100, null)]
    [InlineData("23:100", 0, 0, 1.0)]
    [InlineData("25:100 3:100", 0, 0, 21.0)]
    public void What_fits_at_noon(string sent, long reserved, long room, double? hours)
    {
        var window = new LedgerWindow();
        foreach (var entry in sent.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (ago, recipients) = (int.Parse(entry.Split(':')[0]), int.Parse(entry.Split(':')[1]));
            window.Add(LedgerWindow.SecondOf(Noon.AddHours(-ago)), recipients);
        }

        window.Reserve(reserved);

        Assert.Equal(room, window.Room(100, Noon, Day));
        if (hours is { } wait)
        {
            var fitsAt = window.FitsAt(100, Noon, Day);
            Assert.Equal(Noon.AddHours(wait), fitsAt);
            Assert.True(window.Room(100, fitsAt, Day) > 0);
            Assert.Equal(0, window.Room(100, fitsAt.AddTicks(-1), Day));
        }
    }

    [Fact]
    public void Where_only_reservations_are_in_the_way_it_is_worth_looking_again_soon()
    {
        var window = new LedgerWindow();
        window.Reserve(100);

        Assert.Equal(Noon.AddSeconds(1), window.FitsAt(100, Noon, Day));
        window.GiveBack(1);
        Assert.Equal(1, window.Room(100, Noon, Day));
    }

    [Fact]
    public void A_clock_that_was_set_back_adds_in_its_place()
    {
        var window = new LedgerWindow();
        window.Add(100, 10);
        window.Add(300, 10);
        window.Add(200, 5);
        window.Add(200, 5);

        Assert.Equal(20, window.Used(DateTimeOffset.FromUnixTimeSeconds(100)));
        Assert.Equal(10, window.Used(DateTimeOffset.FromUnixTimeSeconds(200)));
        Assert.Equal(30, window.Used(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void What_is_forgotten_changes_no_window_after_it()
    {
        var window = new LedgerWindow();
        for (var second = 0; second < 5000; second++)
        {
            window.Add(second, second % 7);
            window.Forget(DateTimeOffset.FromUnixTimeSeconds(second - 1000));
        }

        var expected = Enumerable.Range(4001, 999).Sum(second => second % 7);
        Assert.Equal(expected, window.Used(DateTimeOffset.FromUnixTimeSeconds(4000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_window_ever_holds_more_than_the_limit(int seed)
    {
        const int Limit = 50;
        var random = new Random(seed);
        var window = new LedgerWindow();
        var sent = new List<(DateTimeOffset At, int Recipients)>();
        var now = Noon;
        for (var i = 0; i < 2000; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(0, 5_000_000));
            var granted = (int)Math.Min(random.Next(1, 20), window.Room(Limit, now, Day));
            if (granted > 0)
            {
                window.Add(LedgerWindow.SecondOf(now), granted);
                sent.Add((now, granted));
            }
        }

        Assert.All(sent, last =>
            Assert.InRange(sent.Where(each => each.At > last.At - Day && each.At <= last.At).Sum(each => each.Recipients), 1, Limit));
    }
}
