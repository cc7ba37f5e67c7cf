using System.Net;
using System.Net.Sockets;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Policy;
using HveRelay.Smtp.Client;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>
/// No stranger may send to strangers: asked of the policy for addresses that are nobody's (RFC 5737, RFC 3849), and of the running relay
/// with a transaction that ends before DATA.
/// </summary>
internal static class OpenRelayCheck
{
    private const string Sender = "doctor@example.org";
    private const string Recipient = "doctor@example.net";
    private static readonly IPAddress[] Strangers = [IPAddress.Parse("198.51.100.7"), IPAddress.Parse("2001:db8::7")];

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var policy = new RelayPolicy(examination.Options);
        foreach (var stranger in Strangers)
        {
            if (policy.Find(stranger, user: null) is { } client && Accepts(policy, client))
            {
                return Finding.Wrong(
                    $"{stranger} may send from {Sender} to {Recipient}, by the entry {client.Name} of Clients",
                    "This is an open relay: anybody may send to anybody", $"Networks or Users for the entry {client.Name} of Clients");
            }
        }

        IReadOnlyList<string> notes = policy.Find(Strangers[0], user: null) is { } covering
            ? [$"Clients: the entry {covering.Name} covers every address: who reaches a listener may send to AcceptedDomains"]
            : [];
        var plain = examination.Options.Listeners.Find(listener => listener.Tls is ListenerTls.None or ListenerTls.StartTls);
        if (!examination.IsRelayRunning || plain is null)
        {
            return Finding.Ok("the policy refuses strangers") with { Notes = notes };
        }

        // Where it believes a proxy on this machine, it can be asked as a stranger.
        var target = PortProbe.Target(plain.Address, plain.Port);
        var stranger4 = plain.TrustedProxies.Exists(text => NetworkText.TryRead(text, out var network, out _) && network.Contains(target.Address)) ? Strangers[0] : null;
        var (taken, words) = await ProbeAsync(target, stranger4, examination.Clock, cancel);
        var mayThisMachine = stranger4 is null && policy.Find(target.Address, user: null) is { } here && Accepts(policy, here);
        return !taken ? Finding.Ok($"the policy refuses strangers, and the running relay answered {words}") with { Notes = notes }
            : mayThisMachine ? Finding.Ok("the policy refuses strangers; this machine itself may send to strangers, as configured") with { Notes = notes }
            : Finding.Wrong(
                $"the running relay takes {Recipient} from {Sender}", "The running relay takes what its configuration refuses",
                "restart it, and see whether another program listens there");
    }

    private static bool Accepts(RelayPolicy policy, ClientRule client) =>
        RelayPolicy.RefuseSender(client, Sender) is null && policy.Decide(client, Recipient, accepted: 0).Refusal is null;

    private static async Task<(bool Taken, string Words)> ProbeAsync(IPEndPoint target, IPAddress? pretended, TimeProvider clock, CancellationToken cancel)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancel);
            if (pretended is not null)
            {
                // The PROXY protocol, version 1: source and destination, addresses and ports.
                await socket.SendAsync(Encoding.ASCII.GetBytes($"PROXY TCP4 {pretended} 192.0.2.1 40000 {target.Port}\r\n"), cancel);
            }
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            return (false, refused.Message);
        }

        var options = new SmtpConnectionOptions("localhost", "doctor.localhost", SmtpSecurity.None, []) { Timeouts = Examination.Patience };
        switch (await SmtpConnection.OpenAsync(new NetworkStream(socket, ownsSocket: true), options, clock, cancel))
        {
            case SmtpOpening.Opened opened:
                await using (opened.Connection)
                {
                    var refusal = await opened.Connection.RehearseAsync(Sender, Recipient, cancel);
                    return (refusal is null, refusal?.Words ?? string.Empty);
                }

            case SmtpOpening.Failed failed:
                return (false, failed.Failure.Words);
            case var other:
                throw new InvalidOperationException($"No such opening: {other}");
        }
    }
}
