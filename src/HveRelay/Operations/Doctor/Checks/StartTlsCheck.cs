using System.Net;
using System.Net.Sockets;
using HveRelay.Configuration;
using HveRelay.Smtp.Client;
using HveRelay.Upstream;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>
/// Greeting, EHLO and TLS, without a login. Who issued the certificate is said also where it is trusted: a firewall that intercepts often
/// has its authority among those of the machine.
/// </summary>
internal static class StartTlsCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (!examination.IsReachable)
        {
            return Finding.NotReached("no connection");
        }

        var hve = examination.Options.Hve;
        var (socket, failure) = await examination.Dialer.DialAsync(hve.Host, hve.Port, cancel);
        if (socket is null)
        {
            return Finding.Of(examination.Replies, failure!);
        }

        try
        {
            var local = (socket.LocalEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
            var options = new SmtpConnectionOptions(
                hve.Host, HelloName.Choose(examination.Options.HostName, HelloName.OfMachine(), local), NextHop.SecurityOf(hve.Security), [])
            {
                Trust = await CertificateFiles.TrustAsync(hve.TrustedCertificate, cancel),
                Timeouts = Examination.Patience,
            };
            switch (await SmtpConnection.OpenAsync(new NetworkStream(socket, ownsSocket: true), options, examination.Clock, cancel))
            {
                case SmtpOpening.Opened opened:
                    examination.IsSecured = true;
                    await using (opened.Connection)
                    {
                        return Finding.Ok(Words(hve.Security, opened.Connection));
                    }

                case SmtpOpening.Failed failed:
                    return Finding.Of(examination.Replies, failed.Failure);
                case var other:
                    throw new InvalidOperationException($"No such opening: {other}");
            }
        }
        catch (CertificateFileException unusable)
        {
            socket.Dispose();
            return Finding.Wrong(unusable.Message, "Hve.TrustedCertificate cannot be used", "the file, or its name");
        }
    }

    private static string Words(UpstreamSecurity security, SmtpConnection connection) => security == UpstreamSecurity.None
        ? "Hve.Security is None: no TLS, for laboratories only"
        : $"{connection.Tls}; {connection.Certificate}";
}
