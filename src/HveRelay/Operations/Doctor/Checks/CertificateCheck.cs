using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Operations.Certificates;
using HveRelay.Operations.Configuration;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>What devices see: dates, name and chain of the relay's own certificate.</summary>
internal static class CertificateCheck
{
    /// <summary>Is this key about the relay's own certificate?</summary>
    public static bool Concerns(string key) => key.StartsWith("Certificate.", StringComparison.Ordinal);

    public static Task<Finding> RunAsync(Examination examination, CancellationToken cancel) => Task.FromResult(Run(examination));

    private static Finding Run(Examination examination)
    {
        var options = examination.Options;
        if (options.Listeners.TrueForAll(listener => listener.Tls == ListenerTls.None))
        {
            return Finding.Ok("no listener speaks TLS");
        }

        var report = FileChecks.Check(options, examination.Clock);
        if (report.Errors.FirstOrDefault(error => Concerns(error.Key)) is { } error)
        {
            return Finding.Wrong(
                error.ToString(), $"The relay's certificate cannot be used: {error.Sentence}",
                "put a good one into that file; it counts from the next handshake on, or at the start");
        }

        var own = SelfSignedCertificate.OrConfigured(options);
        if (options.Certificate is null && !File.Exists(own.File))
        {
            return Finding.NotReached("the first start makes one");
        }

        if (CertificateLoader.Load(own) is not CertificateLoad.Loaded { Certificate: var certificate })
        {
            return Finding.Wrong($"{own.File} cannot be read", "The relay's certificate cannot be read", "delete it: the next start makes a new one");
        }

        using (certificate)
        {
            var leaf = certificate.Leaf;
            var selfSigned = leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData);
            var gap = selfSigned ? null : Gap(leaf, certificate.Intermediates);
            return Finding.Ok($"{leaf.GetNameInfo(X509NameType.DnsName, false)}, {(selfSigned ? "self-signed" : $"by {leaf.GetNameInfo(X509NameType.SimpleName, true)}")}, until {leaf.NotAfter.ToUniversalTime():yyyy-MM-dd}") with
            {
                Notes = [.. report.Warnings.Where(warning => Concerns(warning.Key)).Select(warning => warning.ToString()), .. gap is null ? Array.Empty<string>() : [gap]],
            };
        }
    }

    /// <summary>A certificate of an authority wants those behind it, up to one that issued itself or that this machine trusts.</summary>
    private static string? Gap(X509Certificate2 leaf, X509Certificate2Collection behind)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ExtraStore.AddRange(behind);
        chain.Build(leaf);
        return chain.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.PartialChain))
            ? "Certificate.File: the certificate of its issuer is missing behind it: devices that check the chain refuse it"
            : null;
    }
}
