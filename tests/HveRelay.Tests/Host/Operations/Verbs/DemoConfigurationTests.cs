using HveRelay.Operations.Verbs;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Verbs;

public sealed class DemoConfigurationTests
{
    /// <summary>Two seconds after the start the demo warned a newcomer of its own Postmaster.</summary>
    [Fact]
    public void There_is_nothing_in_the_demo_to_be_warned_of()
    {
        using var directory = new TemporaryDirectory();

        var (_, loaded) = DemoConfiguration.Write(directory.Path, "a certificate", 2525, 8025, 2587);

        Assert.Empty(loaded.Warnings);
    }
}
