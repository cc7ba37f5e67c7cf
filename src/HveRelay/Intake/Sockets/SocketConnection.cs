using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Intake.Sockets;

/// <summary>A client's connection. Its two ends read and write the socket when they are asked to, and not before.</summary>
internal sealed class SocketConnection : DefaultConnectionContext, IDuplexPipe
{
    private static long _last;
    private readonly Socket _socket;

    public SocketConnection(Socket socket)
        : base(Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture))
    {
        _socket = socket;
        (Input, Output) = (new SocketReader(socket), new SocketWriter(socket));
        Transport = this;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>What waits for the client fails. Not the base's, which cancels a source that may be disposed by then.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => _socket.Dispose();

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        Input.Complete();
        Output.Complete();
        return base.DisposeAsync();
    }
}
