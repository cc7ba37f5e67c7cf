using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Tests.Support;

/// <summary>A self-made certificate with an RSA key, as an application registers it, and the files it can come in.</summary>
public sealed class RsaCertificate : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    /// <param name="days">It ends so many days after noon of the manual clock's first day.</param>
    public RsaCertificate(string name, int days = 365)
    {
        var noon = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Certificate = request.CreateSelfSigned(noon.AddDays(-400), noon.AddDays(days));
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public string Key => _key.ExportPkcs8PrivateKeyPem() + "\n";

    public string EncryptedKey(string password) =>
        _key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)) + "\n";

    public byte[] Pfx(string? password) => Certificate.Export(X509ContentType.Pkcs12, password);

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
