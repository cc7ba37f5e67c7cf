using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Tests.Support;

/// <summary>A certificate authority for tests, valid around the time of <see cref="ManualClock"/>.</summary>
public sealed class SelfMadeAuthority : IDisposable
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte _serial;

    /// <summary>A root, or an authority below <paramref name="above"/>.</summary>
    public SelfMadeAuthority(string name, SelfMadeAuthority? above = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        if (above is null)
        {
            Certificate = request.CreateSelfSigned(_noon.AddYears(-10), _noon.AddYears(10));
            return;
        }

        using var issued = request.Create(above.Certificate, _noon.AddYears(-5), _noon.AddYears(5), [2, ++above._serial]);
        Certificate = issued.CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>A certificate with its key for a host, valid in these days from the clock's own.</summary>
    public X509Certificate2 Issue(string host, int fromDay = -30, int toDay = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(Certificate, _noon.AddDays(fromDay), _noon.AddDays(toDay), [1, ++_serial]);
        using var whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), password: null);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
