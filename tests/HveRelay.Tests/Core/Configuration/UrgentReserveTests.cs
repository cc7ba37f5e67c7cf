using HveRelay.Configuration;

namespace HveRelay.Tests.Core.Configuration;

public sealed class UrgentReserveTests
{
    /// <summary>What it leaves to other mail: of the tenant's limit, and of an account's own.</summary>
    [Theory]
    [InlineData("0", 1000, 1000, 100, 100)]
    [InlineData("200", 1000, 800, 100, 100)]
    [InlineData("5%", 1000, 950, 100, 95)]
    [InlineData("1%", 50, 49, 10, 9)]
    [InlineData("99%", 10, 1, 1, 1)]
    [InlineData("2000", 1000, 1, 100, 100)]
    [InlineData("5%", 0, 0, 0, 0)]
    [InlineData("200", 0, 0, 0, 0)]
    public void Is_taken_off_the_limit_and_never_turns_it_into_none(string text, long tenant, long ofTenant, long account, long ofAccount)
    {
        Assert.True(UrgentReserve.TryParse(text, out var reserve));
        Assert.Equal((ofTenant, ofAccount), (reserve.LeavesOfTenant(tenant), reserve.LeavesOfAccount(account)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("-1")]
    [InlineData("100%")]
    [InlineData("5 %")]
    [InlineData("0.5%")]
    [InlineData("half")]
    public void Other_texts_are_none(string text) => Assert.False(UrgentReserve.TryParse(text, out _));
}
