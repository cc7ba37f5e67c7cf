using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Simulator;

/// <summary>Self-signed certificates; their keys live as long as the process, but for one that is kept in a directory.</summary>
internal static class SimulatorCertificate
{
    /// <summary>A client that trusts exactly this certificate accepts the names of the simulator.</summary>
    public static X509Certificate2 Own(string hostName) => Make("HVE simulator", ["localhost", "smtp.hve.mx.microsoft", hostName]);

    /// <summary>The one in the directory; a new one where there is none for that name.</summary>
    public static X509Certificate2 Kept(string directory, string hostName)
    {
        var (whole, open) = (Path.Combine(directory, "simulator.pfx"), Path.Combine(directory, "simulator.pem"));
        if (File.Exists(whole) && X509CertificateLoader.LoadPkcs12FromFile(whole, password: null) is var kept && kept.MatchesHostname(hostName))
        {
            File.WriteAllText(open, kept.ExportCertificatePem());
            return kept;
        }

        Directory.CreateDirectory(directory);
        var made = Own(hostName);
        File.Delete(whole);
        using (var file = new FileStream(whole, OnlyMine()))
        {
            file.Write(made.Export(X509ContentType.Pkcs12));
        }

        File.WriteAllText(open, made.ExportCertificatePem());
        return made;
    }

    private static FileStreamOptions OnlyMine()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    public static X509Certificate2 Stranger() => Make("An intercepting firewall", ["firewall.invalid"]);

    private static X509Certificate2 Make(string commonName, IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            alternatives.AddDnsName(name);
        }

        alternatives.AddIpAddress(IPAddress.Loopback);
        alternatives.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));

        // Valid whatever the clock that was handed in says: clients judge by the system's.
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2049, 12, 31, 0, 0, 0, TimeSpan.Zero));

        // Windows refuses a server's key that was never in a container.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }
}
