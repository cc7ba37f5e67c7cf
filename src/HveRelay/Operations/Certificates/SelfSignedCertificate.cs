using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Files;

namespace HveRelay.Operations.Certificates;

/// <summary>
/// The certificate for who has none: made once and kept in the data directory, so that a device that pinned it goes on. RSA, since
/// the devices that speak TLS 1.0 know no elliptic curves.
/// </summary>
public static class SelfSignedCertificate
{
    public const string FileName = "selfsigned.pfx";

    private const int KeyBits = 2048;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 section 4.2.1.12
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(2 * 365);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);
    private static readonly TimeSpan WrongClocks = TimeSpan.FromDays(1);

    /// <summary>
    /// The one that is kept; a new one where there is none, where it ends within 30 days or is for another name, and where it cannot
    /// be read: then the old file stays beside it as <c>selfsigned.pfx.damaged</c>. Throws <see cref="IOException"/> where the
    /// directory cannot be written.
    /// </summary>
    public static KeyedCertificate Obtain(string dataDirectory, string hostName, TimeProvider clock)
    {
        Directory.CreateDirectory(dataDirectory);
        var path = Path.Combine(dataDirectory, FileName);
        var kept = Read(path);
        if (kept is not null && IsGood(kept.Leaf, hostName, clock))
        {
            return kept;
        }

        kept?.Dispose();
        Write(path, Make(hostName, clock.GetUtcNow()));
        return Read(path) ?? throw new IOException($"{path} was written and cannot be read");
    }

    /// <summary>The relay's certificate: the configured one, else this.</summary>
    public static CertificateOptions OrConfigured(RelayOptions relay) =>
        relay.Certificate is { File.Length: > 0 } own ? own : new CertificateOptions { File = Path.Combine(relay.DataDirectory, FileName) };

    private static bool IsGood(X509Certificate2 certificate, string hostName, TimeProvider clock) =>
        clock.GetUtcNow() < new DateTimeOffset(certificate.NotAfter) - RenewedBefore
        && certificate.MatchesHostname(hostName, allowWildcards: false, allowCommonName: false);

    private static KeyedCertificate? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (CertificateLoader.Load(new() { File = path }) is CertificateLoad.Loaded loaded)
        {
            return loaded.Certificate;
        }

        File.Move(path, path + ".damaged", overwrite: true);
        return null;
    }

    private static byte[] Make(string hostName, DateTimeOffset now)
    {
        using var key = RSA.Create(KeyBits);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(hostName.Length <= 64 ? hostName : hostName[..64]); // RFC 5280 appendix A.1, ub-common-name
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(hostName, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(hostName);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        using var certificate = request.CreateSelfSigned(now - WrongClocks, now + Lifetime);
        return certificate.Export(X509ContentType.Pfx);
    }

    // Whole or not at all, and never readable by others, not even for the moment between creating and changing its mode.
    private static void Write(string path, byte[] content)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var stream = PrivateFile.Create(fresh, FileOptions.WriteThrough))
        {
            stream.Write(content);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
