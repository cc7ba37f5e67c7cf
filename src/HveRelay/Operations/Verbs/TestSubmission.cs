using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Mail;
using HveRelay.Operations.Certificates;
using HveRelay.Smtp;
using HveRelay.Smtp.Client;
using HveRelay.Smtp.Client.Sasl;
using HveRelay.Smtp.Client.Tls;

namespace HveRelay.Operations.Verbs;

/// <summary>What the relay said to the test message, and the id it gave it.</summary>
internal sealed record SubmissionResult(MessageId? Id, string Words);

/// <summary>Sends a message to one of the relay's own listeners, as a device would; over TLS where the listener or a login wants it.</summary>
internal sealed class TestSubmission(RelayOptions options, TimeProvider clock)
{
    /// <summary>A user and password, or null.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>The name of the listener to connect to; null chooses one that fits.</summary>
    public string? Listener { get; init; }

    /// <exception cref="RelayStartException">Nobody listens there.</exception>
    public async Task<SubmissionResult> SendAsync(string from, string to, CancellationToken cancel)
    {
        var header = Encoding.ASCII.GetBytes($"From: <{from}>\r\nTo: <{to}>\r\nSubject: HveRelay test\r\nMIME-Version: 1.0\r\n\r\n");
        var body = "This message was sent by the command send-test of HveRelay to see whether mail gets through.\r\n"u8.ToArray();
        var (results, words, _) = await SubmitAsync(
            new MailTransaction(from, [to], header.Length + body.Length, false, header, _ => Once(body)), cancel);
        return results is null ? new SubmissionResult(null, words!) : results[0] switch
        {
            RecipientResult.Accepted accepted => new SubmissionResult(IdIn(accepted.Reply.Text), $"accepted: {accepted.Reply}"),
            RecipientResult.NotSent refused => new SubmissionResult(null, $"refused: {refused.Failure}{Hint(refused.Failure)}"),
            var other => new SubmissionResult(null, $"unsure: {other}"),
        };
    }

    /// <summary>Any message: a result for each recipient, or null and why there was no session, and whether there may be one later.</summary>
    /// <exception cref="RelayStartException">Nobody listens there.</exception>
    public async Task<(IReadOnlyList<RecipientResult>? Results, string? Words, bool IsForNow)> SubmitAsync(MailTransaction mail, CancellationToken cancel)
    {
        var listener = Choose();
        var transport = await ConnectAsync(listener, cancel);
        switch (await SmtpConnection.OpenAsync(transport, Dialogue(listener), clock, cancel))
        {
            case SmtpOpening.Opened opened:
                await using (opened.Connection)
                {
                    return (await opened.Connection.SendAsync(mail, cancel), null, false);
                }

            case SmtpOpening.Failed failed:
                var others = options.Listeners.Where(each => each != listener).Select(each => each.Name).ToList();
                return (null, $"refused on listener {listener.Name}: {failed.Failure}{Hint(failed.Failure)}"
                    + (others.Count == 0 ? string.Empty : $"; another one with --listener: {string.Join(", ", others)}"), failed.Failure.Reply is not { Code: >= 500 });
            case var other:
                throw new InvalidOperationException($"No such opening: {other}");
        }
    }

    /// <summary>What lets this machine in, where the relay does not know it.</summary>
    public static string Hint(SmtpFailure failure) => failure switch
    {
        { Stage: Stage.Mail, Reply.Code: 530 } => "; log in (--user of send and send-test), or let an entry of Clients without Users cover 127.0.0.1",
        { Stage: Stage.Greeting, Reply.Code: 554 } => "; let an entry of Clients cover 127.0.0.1",
        _ => string.Empty,
    };

    /// <summary>A login goes where TLS is, since many an entry of Clients takes it nowhere else; what needs none goes where none is needed.</summary>
    private ListenerOptions Choose() =>
        (Listener is not null ? options.Listeners.Find(each => each.Name == Listener)
            : Login is not null ? options.Listeners.Find(each => each.Tls != ListenerTls.None)
            : options.Listeners.Find(each => each.Tls is ListenerTls.None or ListenerTls.StartTls))
        ?? options.Listeners[0];

    private static async Task<NetworkStream> ConnectAsync(ListenerOptions listener, CancellationToken cancel)
    {
        var target = PortProbe.Target(listener.Address, listener.Port);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new RelayStartException("relay", $"no relay listens on {target}: {refused.Message}; start it with: hverelay run", refused);
        }
    }

    private SmtpConnectionOptions Dialogue(ListenerOptions listener) =>
        new("localhost", "send-test.localhost", Security(listener), Login is { } login ? [new PlainMechanism(login.User, login.Password)] : [])
        {
            Trust = Security(listener) == SmtpSecurity.None ? ServerTrust.System : OwnCertificate(),
        };

    /// <summary>A password goes over TLS where there is TLS.</summary>
    private SmtpSecurity Security(ListenerOptions listener) => listener.Tls switch
    {
        ListenerTls.Implicit => SmtpSecurity.Implicit,
        ListenerTls.RequireStartTls => SmtpSecurity.StartTls,
        ListenerTls.StartTls when Login is not null => SmtpSecurity.StartTls,
        _ => SmtpSecurity.None,
    };

    /// <summary>The very certificate that the relay shows is trusted, whoever issued it.</summary>
    private ServerTrust OwnCertificate() => CertificateLoader.Load(SelfSignedCertificate.OrConfigured(options)) switch
    {
        CertificateLoad.Loaded loaded => new ServerTrust(new X509Certificate2Collection(loaded.Certificate.Leaf)),
        CertificateLoad.Failed failed => throw new RelayStartException($"Certificate.{failed.Key}", failed.Sentence),
        var other => throw new InvalidOperationException($"No such result: {other}"),
    };

    /// <summary>The id stands at the end of the reply to the final dot.</summary>
    public static MessageId? IdIn(string reply) => MessageId.TryParse(reply[(reply.LastIndexOf(' ') + 1)..], out var id) ? id : null;

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Once(byte[] body)
    {
        await Task.CompletedTask;
        yield return body;
    }
}
