using HveRelay.Delivery;

namespace HveRelay.Tests.Core.Delivery;

public sealed class WarmUpTests
{
    [Theory]
    [InlineData(0, 333)]
    [InlineData(0.99, 333)]
    [InlineData(1, 666)]
    [InlineData(14.5, 5000)]
    [InlineData(29, 10_000)]
    [InlineData(400, 10_000)]
    [InlineData(-1, 333)]
    public void A_thirtieth_more_each_day(double since, long allowance) =>
        Assert.Equal(allowance, WarmUp.Allowance(10_000, 30, TimeSpan.FromDays(since)));

    [Fact]
    public void One_recipient_a_day_at_least() => Assert.Equal(1, WarmUp.Allowance(10, 30, TimeSpan.Zero));
}
