using System.Net;
using HveRelay.Policy;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Policy;

public sealed class LoginLimitTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:0:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Who_failed_ten_times_has_to_wait(string failed, string asks, bool isReached)
    {
        var limit = new LoginLimit(_clock);
        for (var i = 0; i < LoginLimit.MostFailures; i++)
        {
            Assert.False(limit.IsReached(IPAddress.Parse(failed)));
            limit.Failed(IPAddress.Parse(failed));
        }

        Assert.Equal(isReached, limit.IsReached(IPAddress.Parse(asks)));

        _clock.Advance(LoginLimit.Window + (LoginLimit.Window / 60));
        Assert.False(limit.IsReached(IPAddress.Parse(asks)));
    }

    [Fact]
    public void A_few_failures_an_hour_are_none()
    {
        var limit = new LoginLimit(_clock);
        for (var i = 0; i < 100; i++)
        {
            limit.Failed(IPAddress.Loopback);
            Assert.False(limit.IsReached(IPAddress.Loopback));
            _clock.Advance(TimeSpan.FromMinutes(2));
        }
    }
}
