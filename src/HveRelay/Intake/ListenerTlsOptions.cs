using System.Net.Security;
using System.Security.Authentication;

namespace HveRelay.Intake;

/// <summary>
/// What a listener offers in a handshake. TLS 1.0 and 1.1 are for devices that know nothing newer, on listeners that say so: OpenSSL's
/// security level forbids their suites, whatever the protocols enabled, and <see cref="EncryptionPolicy.AllowNoEncryption"/> is
/// the one switch of .NET that lowers it. The list of suites then keeps those without encryption out. On Windows there is no such
/// list, and the system decides.
/// </summary>
internal static class ListenerTlsOptions
{
    // Modern ones first; then those that devices of 2005 to 2015 know. No NULL, no anonymous, no export, no RC4.
    private static readonly TlsCipherSuite[] SuitesDownToTls10 =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
    ];

    /// <param name="minimum">1.0, 1.1, 1.2 or 1.3.</param>
    public static SslServerAuthenticationOptions Create(SslStreamCertificateContext certificate, string minimum)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = Protocols(minimum),
        };
        if (minimum is "1.0" or "1.1")
        {
#pragma warning disable SYSLIB0040, CA5359 // Lowers OpenSSL's security level; suites without encryption are not in the list.
            options.EncryptionPolicy = EncryptionPolicy.AllowNoEncryption;
#pragma warning restore SYSLIB0040, CA5359
            if (!OperatingSystem.IsWindows() && !OperatingSystem.IsAndroid())
            {
                options.CipherSuitesPolicy = new CipherSuitesPolicy(SuitesDownToTls10);
            }
        }

        return options;
    }

    private static SslProtocols Protocols(string minimum) => minimum switch
    {
#pragma warning disable SYSLIB0039, CA5397, CA5398 // Old protocols only where the listener asks for them.
        "1.0" => SslProtocols.Tls | SslProtocols.Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
        "1.1" => SslProtocols.Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore SYSLIB0039, CA5397, CA5398
        "1.3" => SslProtocols.Tls13,
        _ => SslProtocols.Tls12 | SslProtocols.Tls13,
    };
}
