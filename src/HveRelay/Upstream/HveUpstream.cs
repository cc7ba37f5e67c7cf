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

    public async Task<ConnectResult> ConnectAsync(string account, CancellationToken cancel)
    {
        if (NextHop.Find(options, account) is not { } hop)
        {
            return new ConnectResult.Gone();
        }

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
        var own = CertificateFiles.Own(hop.ClientCertificate)?.Context;
        if (hop.Account is not { } account)
        {
            return await OpenAsync(hop, hop.Mechanisms, lease: null);
        }

        // HVE may find a token too old that we find good: one more try with a new one, at once, and no third.
        var first = await WithTokenAsync(account);
        return first is ConnectResult.Failed { Failure: var failure } && TokenLease.IsRefusal(failure) ? await WithTokenAsync(account) : first;

        async Task<ConnectResult> WithTokenAsync(AccountOptions account)
        {
            if (tokens is null)
            {
                return Failed(
                    Stage.Auth, Breakage.NoMechanism, $"The account {account.Address} wants OAuth, and this relay has no source of tokens.");
            }

            switch (await tokens.GetAsync(account, cancel))
            {
                case TokenResult.Token token:
                    var lease = new TokenLease(token.Until, clock, () => tokens.Forget(account, token));
                    var result = await OpenAsync(hop, [new XOAuth2Mechanism(account.Address, token.Value)], lease);
                    lease.Heed((result as ConnectResult.Failed)?.Failure);
                    return result;
                case TokenResult.Failed failed:
                    return new ConnectResult.Failed(failed.Failure);
                case var other:
                    throw new InvalidOperationException($"No such token: {other}.");
            }
        }

        async Task<ConnectResult> OpenAsync(NextHop hop, IReadOnlyList<SaslMechanism> mechanisms, TokenLease? lease)
        {
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
                SmtpOpening.Opened opened => new ConnectResult.Connected(new UpstreamConnection(opened.Connection, lease)),
                SmtpOpening.Failed failed => new ConnectResult.Failed(failed.Failure),
                var other => throw new InvalidOperationException($"No such opening: {other}."),
            };
        }
    }

    private static ConnectResult.Failed Failed(Stage stage, Breakage breakage, string detail) =>
        new(new SmtpFailure(stage, null, breakage, detail));
}
