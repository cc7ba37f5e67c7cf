using HveRelay.Files;
using HveRelay.Operations.Certificates;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Certificates;

public sealed class SelfSignedCertificateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();

    private string Kept => Path.Combine(_directory.Path, "data", "selfsigned.pfx");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Is_for_the_host_name_and_has_its_key()
    {
        using var certificate = Obtain();

        Assert.True(certificate.Leaf.HasPrivateKey);
        Assert.True(certificate.Leaf.MatchesHostname("relay.contoso.com", allowCommonName: false));
        Assert.False(certificate.Leaf.MatchesHostname("other.contoso.com", allowCommonName: false));
    }

    [Fact]
    public void Is_kept_so_that_a_device_that_pinned_it_goes_on()
    {
        using var first = Obtain();
        _clock.Advance(TimeSpan.FromDays(365));
        using var second = Obtain();

        Assert.Equal(first.Leaf.Thumbprint, second.Leaf.Thumbprint);
    }

    [Fact]
    public void Is_renewed_in_its_last_30_days()
    {
        using var first = Obtain();
        _clock.Advance(TimeSpan.FromDays((2 * 365) - 29));
        using var second = Obtain();

        Assert.NotEqual(first.Leaf.Thumbprint, second.Leaf.Thumbprint);
        Assert.True(new DateTimeOffset(second.Leaf.NotAfter) > _clock.GetUtcNow().AddDays(700));
    }

    [Fact]
    public void Is_made_anew_for_another_name()
    {
        using var first = Obtain();
        using var second = Obtain("mail.contoso.com");

        Assert.NotEqual(first.Leaf.Thumbprint, second.Leaf.Thumbprint);
    }

    [Fact]
    public void Is_for_an_address_where_that_is_the_name()
    {
        using var certificate = Obtain("10.20.0.1");

        Assert.True(certificate.Leaf.MatchesHostname("10.20.0.1"));
    }

    [Fact]
    public void Is_readable_by_nobody_else()
    {
        Obtain().Dispose();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
        }
    }

    [Fact]
    public void A_damaged_one_is_set_aside_and_replaced()
    {
        _directory.Write("data/selfsigned.pfx", "This is no certificate.");

        Obtain().Dispose();

        Assert.Equal("This is no certificate.", File.ReadAllText(Kept + ".damaged"));
    }

    private KeyedCertificate Obtain(string name = "relay.contoso.com") =>
        SelfSignedCertificate.Obtain(Path.Combine(_directory.Path, "data"), name, _clock);
}
