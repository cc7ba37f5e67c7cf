using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Smtp.Client.Tls;

/// <summary>
/// Which certificates we take: those that the system trusts for the host's name; those of our own anchors, a root authority,
/// for the host's name; and the very certificate of the server, which is trusted for what it is, whatever its name or dates.
/// </summary>
public sealed class ServerTrust(X509Certificate2Collection anchors)
{
    private static readonly Oid _serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    public static ServerTrust System { get; } = new([]);

    /// <summary>One or several certificates in PEM.</summary>
    /// <exception cref="CryptographicException">It holds something else, or nothing.</exception>
    public static ServerTrust FromPem(ReadOnlySpan<char> pem)
    {
        var anchors = new X509Certificate2Collection();
        anchors.ImportFromPem(pem);
        return anchors.Count > 0
            ? new ServerTrust(anchors)
            : throw new CryptographicException("There is no certificate in it.");
    }

    /// <summary>For a client of the host: TLS 1.2 and 1.3, its name verified, chains judged at the handed-in time.</summary>
    /// <param name="refused">Hears why a certificate was not taken.</param>
    public SslClientAuthenticationOptions For(string host, DateTimeOffset now, Action<string> refused) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Chain(now),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (Refuse(host, certificate as X509Certificate2, chain, errors, now) is not { } refusal)
            {
                return true;
            }

            refused(refusal);
            return false;
        },
    };

    /// <summary>Null where the certificate is good; otherwise a sentence: whose it is, who issued it, and what is wrong.</summary>
    internal string? Refuse(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "The server showed no certificate.";
        }

        if (anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
        {
            return null;
        }

        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            faults.Add($"it is not for {host}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            faults.AddRange(ChainFaults(certificate, chain, now));
        }

        return faults.Count == 0 ? null : $"{CertificateWords.Describe(certificate)}: {string.Join(", ", faults)}.";
    }

    private IReadOnlyList<string> ChainFaults(X509Certificate2 certificate, X509Chain? chain, DateTimeOffset now)
    {
        if (anchors.Count == 0)
        {
            return CertificateWords.Faults(chain);
        }

        using var own = new X509Chain();
        own.ChainPolicy = Chain(now);
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(anchors);
        if (chain is not null)
        {
            // The intermediate certificates that the server sent.
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        return own.Build(certificate) ? [] : CertificateWords.Faults(own);
    }

    /// <summary>
    /// At the handed-in time. Without revocation: a relay in a closed network reaches no revocation list, and mail that stops
    /// because a list is unreachable helps nobody.
    /// </summary>
    private static X509ChainPolicy Chain(DateTimeOffset now) => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationTime = now.UtcDateTime,
        ApplicationPolicy = { _serverAuthentication },
    };
}
