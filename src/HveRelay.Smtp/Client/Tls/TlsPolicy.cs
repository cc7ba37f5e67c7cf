using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Smtp.Client.Tls;

/// <summary>How certificate chains are judged, the system's and our own alike.</summary>
internal static class TlsPolicy
{
    private static readonly Oid _serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>
    /// At the handed-in time. Without revocation: a relay in a closed network reaches no revocation list, and mail that stops
    /// because a list is unreachable helps nobody.
    /// </summary>
    public static X509ChainPolicy Chain(DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = now.UtcDateTime,
        };
        policy.ApplicationPolicy.Add(_serverAuthentication);
        return policy;
    }
}
