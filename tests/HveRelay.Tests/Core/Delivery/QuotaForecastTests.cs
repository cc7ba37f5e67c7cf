using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Tests.Core.Delivery;

/// <summary>The arithmetic of the rolling day, as lists of values. It is noon; the day began at midnight.</summary>
public sealed class QuotaForecastTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(1));
    private static readonly DateTimeOffset Noon = Midnight.AddHours(12);

    /// <summary>Recipients by hours before noon; the limit; used; an hour today; hours until it is full, or until there is room.</summary>
    public static TheoryData<(double Ago, long Recipients)[], long, long, double, double?, double?> Days { get; } = new()
    {
        { [], 100, 0, 0, null, null },
        { [(1, 60)], 100, 60, 5, 8, null },
        { [(1, 60)], 0, 60, 5, null, null },
        { [(20, 60)], 100, 60, 0, null, null },
        { [(23, 40), (1, 60)], 110, 100, 5, 10, null },
        { [(23, 40), (1, 60)], 100, 100, 5, null, 1 },
        { [(23, 40), (22, 30), (1, 60)], 80, 130, 5, null, 2 },
        { [(25, 500), (1, 12)], 100, 12, 1, null, null },
        { [(24, 500)], 100, 0, 0, null, null },
        { [(12, 10), (0, 120)], 1000, 130, 10, null, null },
        { [(1, 100)], 100, 100, 100.0 / 12, null, 23 },
    };

    [Theory]
    [MemberData(nameof(Days))]
    public void Says_where_the_day_leads(
        (double Ago, long Recipients)[] sent, long limit, long used, double perHour, double? fullAfter, double? roomAfter)
    {
        var forecast = QuotaForecast.Of(
            [.. sent.Reverse().Select(each => new LedgerMinute("", Noon.AddHours(-each.Ago), each.Recipients))], 0, limit, Noon, Midnight);

        Assert.Equal((used, limit), (forecast.Used, forecast.Limit));
        Assert.Equal(perHour, forecast.PerHour, 6);
        Assert.Equal(fullAfter, (forecast.ReachedAt - Noon)?.TotalHours);
        Assert.Equal(roomAfter, (forecast.RoomAt - Noon)?.TotalHours);
    }

    [Fact]
    public void What_is_under_way_counts_and_does_not_leave()
    {
        var forecast = QuotaForecast.Of([new LedgerMinute("", Noon.AddHours(-23), 40)], 60, 100, Noon, Midnight);

        Assert.Equal((100, 100.0, Noon.AddHours(1)), (forecast.Used, forecast.Percent, forecast.RoomAt));
        Assert.Equal(Noon, QuotaForecast.Of([], 100, 100, Noon, Midnight).RoomAt);
    }

    [Fact]
    public void In_the_first_minutes_of_a_day_its_rate_is_that_of_an_hour() =>
        Assert.Equal(30, QuotaForecast.Of([new LedgerMinute("", Midnight.AddMinutes(2), 30)], 0, 100, Midnight.AddMinutes(3), Midnight).PerHour);

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1_000_000, 0, 0, 42)]
    [InlineData(100, 10, 1200, 0.50778)]
    [InlineData(10, 10, 1, 0.00042)]
    public void A_list_costs_what_its_members_do(long recipients, long sentToList, long members, double dollars)
    {
        var cost = QuotaCost.Of(recipients, [(sentToList, members)]);

        Assert.Equal((decimal)dollars, cost.Dollars);
    }

    /// <summary>A line at 70 and at 90 percent, and again only after it fell by five points.</summary>
    [Theory]
    [InlineData(100, new long[] { 69, 70, 71, 69, 70, 89, 90, 95, 100 }, new[] { 70, 90 })]
    [InlineData(100, new long[] { 70, 66, 70, 64, 70 }, new[] { 70, 70 })]
    [InlineData(100, new long[] { 95, 86, 90, 84, 90 }, new[] { 90, 90 })]
    [InlineData(100, new long[] { 95, 10, 75, 91 }, new[] { 90, 70, 90 })]
    [InlineData(3, new long[] { 2, 3 }, new[] { 90 })]
    [InlineData(0, new long[] { 1_000_000 }, new int[0])]
    [InlineData(1_000_000_000, new long[] { 700_000_000 }, new[] { 70 })]
    public void Each_crossing_is_told_once(long limit, long[] used, int[] told)
    {
        var level = 0;
        var lines = new List<int>();
        foreach (var now in used)
        {
            var before = level;
            level = QuotaLevel.After(before, now, limit);
            lines.AddRange(level > before ? [level] : []);
        }

        Assert.Equal(told, lines);
    }
}
