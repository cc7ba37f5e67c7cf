using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Tests.Host.Operations.Certificates;

/// <summary>A root, an authority below it, and certificates for relay.contoso.com from that.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly X509Certificate2 _root = Sign("CN=Contoso root", null, Begin.AddYears(10));

    public Authority() => Intermediate = Sign("CN=Contoso authority", _root, Begin.AddYears(5));

    public X509Certificate2 Intermediate { get; }

    public X509Certificate2 Leaf(DateTimeOffset? end = null) => Sign("CN=relay.contoso.com", Intermediate, end ?? Begin.AddYears(1));

    public void Dispose()
    {
        _root.Dispose();
        Intermediate.Dispose();
    }

    private static X509Certificate2 Sign(string name, X509Certificate2? issuer, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(!name.Contains("relay", StringComparison.Ordinal), false, 0, true));
        if (issuer is null)
        {
            return request.CreateSelfSigned(Begin, end);
        }

        using var signed = request.Create(issuer, Begin, end, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
