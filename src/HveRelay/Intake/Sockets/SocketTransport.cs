using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HveRelay.Intake.Sockets;

/// <summary>
/// Kestrel's transport for SMTP. Kestrel's own runs two loops and two pipes beside each connection, made for HTTP, where much is under
/// way at once. SMTP takes turns: a session that reads and writes its socket itself spares a thread switch with each command, and a
/// large message arrives in large pieces. docs/decisions/0009 has the figures.
/// </summary>
internal sealed class SocketTransport(TimeProvider clock, ILogger<SocketTransport> log)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Connections that the system completes before we take them.</summary>
    private const int Backlog = 512;

    public bool CanBind(EndPoint endpoint) => endpoint is SmtpEndPoint;

    /// <exception cref="AddressInUseException">The port is taken.</exception>
    /// <exception cref="SocketException">It cannot be listened on.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        try
        {
            socket.Listen(Backlog);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(taken.Message, taken);
        }

        return new(new SocketListener(socket, clock, log));
    }
}
