using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Files;

/// <summary>A certificate with its key, and the authorities between it and a root.</summary>
public sealed record KeyedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Intermediates) : IDisposable
{
    /// <summary>
    /// For SslStream. Sends the whole chain: the other side does not fetch what is missing. Offline: a start must not wait for an authority.
    /// </summary>
    public SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(Leaf, Intermediates, offline: true);

    public void Dispose()
    {
        Leaf.Dispose();
        foreach (var intermediate in Intermediates)
        {
            intermediate.Dispose();
        }
    }
}

/// <summary>What came of loading a certificate: one of the two records inside.</summary>
public abstract record CertificateLoad
{
    private CertificateLoad()
    {
    }

    public sealed record Loaded(KeyedCertificate Certificate) : CertificateLoad;

    /// <param name="Key">The key of CertificateOptions at fault: File, KeyFile or PasswordFile.</param>
    public sealed record Failed(string Key, string Sentence) : CertificateLoad;
}
