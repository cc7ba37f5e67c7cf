using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Intake.Sockets;

/// <summary>A listening socket.</summary>
internal sealed class SocketListener(Socket socket, TimeProvider clock, ILogger log) : IConnectionListener
{
    /// <summary>Without descriptors or memory for another connection: others end meanwhile.</summary>
    internal static readonly TimeSpan PauseWhenExhausted = TimeSpan.FromMilliseconds(200);

    private bool _exhausted;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>The next connection; null once the listener is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = true;
                var connection = new SocketConnection(accepted);
                _exhausted = false;
                return connection;
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException failed) when (failed.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                accepted?.Dispose();
                if (!_exhausted)
                {
                    log.LogError("No connection can be taken on {Listener}: {Reason}. They wait, or are closed, until others end", EndPoint, failed.Message);
                }

                _exhausted = true;
                await Task.Delay(PauseWhenExhausted, clock, cancellationToken);
            }
            catch (SocketException)
            {
                // The client went away before it was taken.
                accepted?.Dispose();
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
