using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace HveRelay.Smtp.Client.Tls;

/// <summary>The TLS handshake of a client: TLS 1.2 and 1.3, the host's name verified. What goes wrong is a value.</summary>
internal static class TlsHandshake
{
    public static async Task<SmtpFailure?> RunAsync(
        SslStream tls, SmtpConnectionOptions options, DateTimeOffset now, CancellationToken cancel)
    {
        string? refusal = null;
        var authentication = options.Trust.For(options.Host, now, why => refusal = why);
        authentication.ClientCertificateContext = options.ClientCertificate;
        try
        {
            await tls.AuthenticateAsClientAsync(authentication, cancel);
            return null;
        }
        catch (AuthenticationException) when (refusal is not null)
        {
            return new SmtpFailure(Stage.StartTls, null, Breakage.Certificate, refusal);
        }
        catch (Exception broken) when (broken is AuthenticationException or IOException or SocketException or ObjectDisposedException or Win32Exception)
        {
            var why = Printable.Of((broken.InnerException ?? broken).Message);
            return new SmtpFailure(Stage.StartTls, null, Breakage.Tls, $"The TLS handshake failed: {why}");
        }
    }
}
