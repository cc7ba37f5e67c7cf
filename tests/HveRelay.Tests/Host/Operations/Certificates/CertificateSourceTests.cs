using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations;
using HveRelay.Operations.Certificates;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Certificates;

public sealed class CertificateSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly List<MailEvent> _log = [];

    [Fact]
    public void A_new_file_is_used_by_the_next_handshake()
    {
        var file = Write("one");
        var source = Source(file);
        Assert.Equal("CN=one", source.Current.Leaf.Subject);

        Write("two");
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("CN=two", source.Current.Leaf.Subject);
        Assert.Equal(["CN=one", "CN=two"], _log.Where(line => line.Name == "certificate").Select(line => line["subject"]));
    }

    /// <summary>As Kubernetes renews a secret: the file is a link as before, and only a directory on the way to it is another. It took a restart.</summary>
    [Fact]
    public void A_link_that_leads_to_another_file_now_is_a_new_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        foreach (var name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(_directory.File(name));
            File.Move(Write(name), Path.Combine(_directory.File(name), "relay.pem"));
        }

        Directory.CreateSymbolicLink(_directory.File("..data"), "one");
        var source = Source(File.CreateSymbolicLink(_directory.File("tls.pem"), Path.Combine("..data", "relay.pem")).FullName);
        Assert.Equal("CN=one", source.Current.Leaf.Subject);

        Directory.Delete(_directory.File("..data"));
        Directory.CreateSymbolicLink(_directory.File("..data"), "two");
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("CN=two", source.Current.Leaf.Subject);
    }

    [Fact]
    public void A_file_that_is_no_certificate_changes_nothing_but_the_log()
    {
        var file = Write("one");
        var source = Source(file);

        File.WriteAllText(file, "not a certificate");
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal("CN=one", source.Current.Leaf.Subject);
        }

        var line = Assert.Single(_log, line => line.Name == "config");
        Assert.Equal("Certificate.File", line["key"]);
        Write("two");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=two", source.Current.Leaf.Subject);
    }

    [Fact]
    public void A_file_that_is_missing_at_the_start_is_named()
    {
        var refused = Assert.Throws<RelayStartException>(() => Source(Path.Combine(_directory.Path, "none.pem")));

        Assert.StartsWith("Certificate.File: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_one_the_self_signed_one_is_kept_and_renewed_before_it_ends()
    {
        var source = new CertificateSource(null, _directory.Path, "relay.contoso.com", _clock, new MailLog(_clock, _log.Add));
        var first = source.Current.Leaf.Thumbprint;
        _clock.Advance(TimeSpan.FromDays(600));
        Assert.Equal(first, source.Current.Leaf.Thumbprint);

        _clock.Advance(TimeSpan.FromDays(110));

        Assert.NotEqual(first, source.Current.Leaf.Thumbprint);
    }

    /// <summary>Whoever set it back meanwhile had the old certificate shown until the time was made up for.</summary>
    [Fact]
    public void A_clock_that_is_set_back_does_not_keep_a_new_file_from_being_seen()
    {
        var source = Source(Write("one"));
        _clock.Set(TimeSpan.FromDays(-1));

        Write("two");
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("CN=two", source.Current.Leaf.Subject);
    }

    /// <summary>The way to it had become a circle; so it is where the right to enter its directory is taken away. Every handshake broke.</summary>
    [Fact]
    public void Files_that_may_not_even_be_looked_at_change_nothing_but_the_log()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var file = Write("one");
        var link = Path.Combine(_directory.Path, "way");
        Directory.CreateSymbolicLink(link, _directory.Path);
        var source = Source(Path.Combine(link, Path.GetFileName(file)));

        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, link);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("CN=one", source.Current.Leaf.Subject);
        Assert.Equal("Certificate.File", Assert.Single(_log, line => line.Name == "config")["key"]);
    }

    public void Dispose() => _directory.Dispose();

    private CertificateSource Source(string file) =>
        new(new CertificateOptions { File = file }, _directory.Path, "relay.contoso.com", _clock, new MailLog(_clock, _log.Add));

    private string Write(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(_clock.GetUtcNow() - TimeSpan.FromDays(1), _clock.GetUtcNow() + TimeSpan.FromDays(100));
        return _directory.Write("server.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
