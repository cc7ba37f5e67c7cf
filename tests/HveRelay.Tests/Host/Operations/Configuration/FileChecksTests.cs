using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Host.Operations.Certificates;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>What needs a key to show stands here, the rest in BadConfigs.</summary>
public sealed class FileChecksTests : IDisposable
{
    private static readonly DateTimeOffset Now = new ManualClock().GetUtcNow();
    private readonly TemporaryDirectory _directory = new();
    private readonly Authority _authority = new();

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void A_good_certificate_and_a_data_directory_to_be_made_are_nothing_to_speak_of()
    {
        var report = Check(Now.AddDays(100));

        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
        Assert.Equal(["relay.pem"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_certificate_that_has_expired_is_an_error()
    {
        var error = Assert.Single(Check(Now.AddDays(-1)).Errors);

        Assert.Equal("Certificate.File", error.Key);
        Assert.EndsWith("relay.pem expired on 2026-11-21", error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_will_soon_expire_is_a_warning() =>
        Assert.EndsWith("relay.pem expires on 2026-11-25", Assert.Single(Check(Now.AddDays(3)).Warnings).Sentence, StringComparison.Ordinal);

    [Fact]
    public void A_certificate_for_another_name_is_a_warning() =>
        Assert.EndsWith(
            "relay.pem does not cover HostName mail.fabrikam.com: clients that check the name refuse it",
            Assert.Single(Check(Now.AddDays(100), "mail.fabrikam.com").Warnings).Sentence,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(40, null)]
    [InlineData(29, "oauth.pem expires on 2026-12-21")]
    [InlineData(6, "oauth.pem expires on 2026-11-28")]
    public void A_certificate_for_the_identity_platform_is_warned_of_30_days_before_its_end(int days, string? sentence)
    {
        using var own = new RsaCertificate("relay", days);

        var report = CheckOAuth(_directory.Write("oauth.pem", own.Pem + own.Key));

        Assert.Empty(report.Errors);
        Assert.Equal(sentence is null ? [] : ["Hve.Accounts[0].OAuth.CertificateFile"], report.Warnings.Select(warning => warning.Key));
        Assert.All(report.Warnings, warning => Assert.EndsWith(sentence!, warning.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void The_identity_platform_takes_no_elliptic_key()
    {
        using var leaf = _authority.Leaf(Now.AddDays(100));

        var error = Assert.Single(CheckOAuth(_directory.Write("oauth.pem", leaf.ExportCertificatePem() + "\n" + leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())).Errors);

        Assert.Equal("Hve.Accounts[0].OAuth.CertificateFile", error.Key);
        Assert.Contains("is not RSA", error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_every_user_may_read_is_a_warning()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("has no modes");
            return;
        }

        File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("755", 8));

        var warning = Assert.Single(Check(Now.AddDays(100)).Warnings);

        Assert.Equal($"Certificate.File: {_directory.File("relay.pem")} can be read by every user of this machine: chmod o-r", warning.ToString());
    }

    private CheckReport CheckOAuth(string file)
    {
        var relay = new RelayOptions { DataDirectory = Path.Combine(_directory.Path, "a", "b") };
        relay.Hve.Accounts.Add(new AccountOptions { OAuth = new OAuthOptions { CertificateFile = file } });
        return FileChecks.Check(relay, new ManualClock());
    }

    private CheckReport Check(DateTimeOffset end, string hostName = "")
    {
        using var leaf = _authority.Leaf(end);
        var file = _directory.Write("relay.pem", leaf.ExportCertificatePem() + "\n" + leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var relay = new RelayOptions { HostName = hostName, DataDirectory = Path.Combine(_directory.Path, "a", "b"), Certificate = new() { File = file } };
        return FileChecks.Check(relay, new ManualClock());
    }
}
