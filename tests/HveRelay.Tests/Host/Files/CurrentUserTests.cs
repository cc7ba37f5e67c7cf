using System.Globalization;
using HveRelay.Files;

namespace HveRelay.Tests.Host.Files;

public sealed class CurrentUserTests
{
    /// <summary>A file "may not be read by ", and mail of sendmail was sent with the null reverse-path.</summary>
    [Fact]
    public void A_user_without_a_name_is_called_by_its_number()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Users have names there.");
        var ids = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t');

        Assert.Equal("uid-" + ids[2], CurrentUser.Named(string.Empty));
        Assert.True(uint.TryParse(ids[2], CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public void A_name_is_a_name() => Assert.Equal("hverelay", CurrentUser.Named("hverelay"));
}
