using HveRelay.Configuration;
using HveRelay.Operations.Configuration;

namespace HveRelay.Tests.Host.Operations.Configuration;

public sealed class OpenFilesTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData(1199L, true)]
    [InlineData(1200L, false)]
    public void Connections_of_all_listeners_and_what_the_relay_needs_itself_have_to_fit(long? limit, bool warns)
    {
        var relay = new RelayOptions
        {
            Listeners = [new ListenerOptions { Name = "a", MaxConnections = 600 }, new ListenerOptions { Name = "b", MaxConnections = 400 }],
        };

        Assert.Equal(warns, OpenFiles.Check(relay, limit) is { Key: "Listeners" });
    }

    [Fact]
    public void The_limit_of_this_process_is_known()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");

        Assert.InRange(OpenFiles.LimitOfThisProcess()!.Value, 64, long.MaxValue);
    }
}
