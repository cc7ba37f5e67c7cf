using System.Net;
using System.Net.Sockets;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Smtp.Client;
using HveRelay.Smtp;

namespace HveRelay.Operations.Verbs;

/// <summary>What the relay said to the test message, and the id it gave it.</summary>
internal sealed record SubmissionResult(MessageId? Id, string Words);

/// <summary>Sends a message to the relay's own first listener, as a device would.</summary>
internal static class TestSubmission
{
    /// <exception cref="RelayStartException">Nobody listens there.</exception>
    public static async Task<SubmissionResult> SendAsync(RelayOptions options, string from, string to, TimeProvider clock, CancellationToken cancel)
    {
        var listener = options.Listeners[0];
        var address = IPAddress.Parse(listener.Address);
        var target = new IPEndPoint(
            address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address, listener.Port);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancel);
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new RelayStartException("send-test", $"no relay listens on {target}: {refused.Message}; start it with: hverelay run", refused);
        }

        var opening = await SmtpConnection.OpenAsync(
            new NetworkStream(socket, ownsSocket: true),
            new SmtpConnectionOptions("localhost", "send-test.localhost", SmtpSecurity.None, []),
            clock,
            cancel);
        if (opening is SmtpOpening.Failed failed)
        {
            return new SubmissionResult(null, $"refused: {failed.Failure}");
        }

        await using var connection = ((SmtpOpening.Opened)opening).Connection;
        var header = Encoding.ASCII.GetBytes($"From: <{from}>\r\nTo: <{to}>\r\nSubject: HveRelay test\r\nMIME-Version: 1.0\r\n\r\n");
        var body = "This message was sent by the command send-test of HveRelay to see whether mail gets through.\r\n"u8.ToArray();
        var outcomes = await connection.SendAsync(
            new MailTransaction(from, [to], header.Length + body.Length, false, header, _ => Once(body)), cancel);
        return outcomes[0] switch
        {
            RecipientResult.Accepted accepted => new SubmissionResult(IdIn(accepted.Reply.Text), $"accepted: {accepted.Reply}"),
            RecipientResult.NotSent refused => new SubmissionResult(null, $"refused: {refused.Failure}"),
            var other => new SubmissionResult(null, $"unsure: {other}"),
        };
    }

    /// <summary>The id stands at the end of the reply to the final dot.</summary>
    private static MessageId? IdIn(string reply) => MessageId.TryParse(reply[(reply.LastIndexOf(' ') + 1)..], out var id) ? id : null;

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Once(byte[] body)
    {
        await Task.CompletedTask;
        yield return body;
    }
}
