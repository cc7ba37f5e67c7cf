using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Tests.Host.Operations.Certificates;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Files;

public sealed class CertificateLoaderTests : IDisposable
{
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
    private readonly TemporaryDirectory _directory = new();
    private readonly Authority _authority = new();
    private readonly X509Certificate2 _leaf;
    private readonly string _key;
    private readonly string _chain;

    public CertificateLoaderTests()
    {
        _leaf = _authority.Leaf();
        _key = _leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        _chain = _leaf.ExportCertificatePem() + "\n" + _authority.Intermediate.ExportCertificatePem() + "\n";
    }

    public void Dispose()
    {
        _directory.Dispose();
        _leaf.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Pem_with_the_key_in_the_same_file() =>
        AssertLoads(new() { File = _directory.Write("relay.pem", _key + "\n" + _chain) });

    [Fact]
    public void Pem_with_the_key_in_another_file() =>
        AssertLoads(new() { File = _directory.Write("relay.pem", _chain), KeyFile = _directory.Write("relay.key", _key) });

    [Fact]
    public void Pem_with_an_encrypted_key() => AssertLoads(new()
    {
        File = _directory.Write("relay.pem", _chain),
        KeyFile = _directory.Write("relay.key", EncryptedKey()),
        PasswordFile = _directory.Write("password", "hunter2\n"),
    });

    [Fact]
    public void Pfx_with_a_password() =>
        AssertLoads(new() { File = Pfx("hunter2"), PasswordFile = _directory.Write("password", "hunter2\n") });

    [Fact]
    public void Pfx_without_a_password() => AssertLoads(new() { File = Pfx(null) });

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        using var other = _authority.Leaf();
        var failed = Fail(new()
        {
            File = _directory.Write("relay.pem", _chain),
            KeyFile = _directory.Write("relay.key", other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        });

        Assert.Equal("KeyFile", failed.Key);
        Assert.Contains("does not belong", failed.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_password_is_said_and_not_shown()
    {
        var password = _directory.Write("password", "letmein\n");

        var pem = Fail(new() { File = _directory.Write("relay.pem", _chain), KeyFile = _directory.Write("relay.key", EncryptedKey()), PasswordFile = password });
        var pfx = Fail(new() { File = Pfx("hunter2"), PasswordFile = password });

        Assert.Equal(("KeyFile", "File"), (pem.Key, pfx.Key));
        Assert.DoesNotContain("letmein", pem.Sentence + pfx.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_key_without_a_password_names_the_key_that_is_missing() => Assert.Equal(
        "PasswordFile",
        Fail(new() { File = _directory.Write("relay.pem", _chain), KeyFile = _directory.Write("relay.key", EncryptedKey()) }).Key);

    [Fact]
    public void A_broken_certificate_is_refused() => Assert.Equal(
        "File",
        Fail(new() { File = _directory.Write("relay.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + _key) }).Key);

    private void AssertLoads(CertificateOptions options)
    {
        using var certificate = Assert.IsType<CertificateLoad.Loaded>(CertificateLoader.Load(options)).Certificate;
        Assert.Equal(_leaf.Thumbprint, certificate.Leaf.Thumbprint);
        Assert.True(certificate.Leaf.HasPrivateKey);
        Assert.Equal(_leaf.Thumbprint, certificate.Context.TargetCertificate.Thumbprint);
        Assert.Contains(certificate.Context.IntermediateCertificates, sent => sent.Thumbprint == _authority.Intermediate.Thumbprint);
    }

    private static CertificateLoad.Failed Fail(CertificateOptions options) => Assert.IsType<CertificateLoad.Failed>(CertificateLoader.Load(options));

    private string EncryptedKey() => _leaf.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("hunter2", Encryption);

    private string Pfx(string? password)
    {
        var path = Path.Combine(_directory.Path, "relay.pfx");
        using var withoutKey = X509CertificateLoader.LoadCertificate(_authority.Intermediate.RawData);
        File.WriteAllBytes(path, new X509Certificate2Collection { withoutKey, _leaf }.Export(X509ContentType.Pfx, password)!);
        return path;
    }
}
