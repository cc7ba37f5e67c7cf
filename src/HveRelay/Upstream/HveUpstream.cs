using System.Net;
using System.Net.Sockets;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp.Client;
using HveRelay.Smtp.Client.Sasl;
using HveRelay.Smtp;

namespace HveRelay.Upstream;

/// <summary>The next hops of the configuration, HVE accounts and smarthosts alike, over TCP.</summary>
/// <param name="tokens">For accounts with OAuth; without it those fail at <see cref="Stage.Auth"/>.</param>
public sealed class HveUpstream(RelayOptions options, TimeProvider clock, ITokenSource? tokens = null, SmtpTimeouts? timeouts = null) : IUpstream
{
    private readonly SmtpTimeouts _timeouts = timeouts ?? new SmtpTimeouts();

    /// <summary>Null: by the system's resolver and over TCP.</summary>
    internal Dialer? Dialer { get; init; }

    /// <exception cref="ArgumentException">The configuration has no such account or smarthost.</exception>
    public async Task<ConnectResult> ConnectAsync(string account, CancellationToken cancel)
    {
        var hop = NextHop.Find(options, account);
        try
        {
            return await ConnectAsync(hop, cancel);
        }
        catch (CertificateFileException unusable)
        {
            return Failed(Stage.StartTls, Breakage.Tls, unusable.Message);
        }
    }

    private async Task<ConnectResult> ConnectAsync(NextHop hop, CancellationToken cancel)
    {
        // What can be wrong on our side comes before the first packet.
        var trust = await CertificateFiles.TrustAsync(hop.TrustedCertificate, cancel);
        var own = await CertificateFiles.OwnAsync(hop.ClientCertificate, cancel);
        var (mechanisms, noToken) = await MechanismsAsync(hop, cancel);
        if (noToken is not null)
        {
            return new ConnectResult.Failed(noToken);
        }

        var (socket, unreachable) = await (Dialer ?? new Dialer(_timeouts.Connect, clock)).DialAsync(hop.Host, hop.Port, cancel);
        if (socket is null)
        {
            return new ConnectResult.Failed(unreachable!);
        }

        var local = (socket.LocalEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        var session = new SmtpConnectionOptions(
            hop.Host, HelloName.Choose(options.HostName, HelloName.OfMachine(), local), hop.Security, mechanisms)
        {
            Trust = trust,
            ClientCertificate = own,
            Timeouts = _timeouts,
        };
        return await SmtpConnection.OpenAsync(new NetworkStream(socket, ownsSocket: true), session, clock, cancel) switch
        {
            SmtpOpening.Opened opened => new ConnectResult.Connected(new UpstreamConnection(opened.Connection)),
            SmtpOpening.Failed failed => new ConnectResult.Failed(failed.Failure),
            var other => throw new InvalidOperationException($"No such opening: {other}."),
        };
    }

    private async Task<(IReadOnlyList<SaslMechanism> Mechanisms, SmtpFailure? Failure)> MechanismsAsync(NextHop hop, CancellationToken cancel)
    {
        if (hop.Account is not { } account)
        {
            return (hop.Mechanisms, null);
        }

        if (tokens is null)
        {
            return ([], new SmtpFailure(
                Stage.Auth, null, Breakage.NoMechanism, $"The account {account.Address} wants OAuth, and this relay has no source of tokens."));
        }

        return await tokens.GetAsync(account, cancel) switch
        {
            TokenResult.Token token => ([new XOAuth2Mechanism(account.Address, token.Value)], null),
            TokenResult.Failed failed => ([], failed.Failure),
            var other => throw new InvalidOperationException($"No such token: {other}."),
        };
    }

    private static ConnectResult.Failed Failed(Stage stage, Breakage breakage, string detail) =>
        new(new SmtpFailure(stage, null, breakage, detail));
}
