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
    private readonly long _number;
    private readonly Readiness? _readiness;
    private readonly SocketLoop? _loop;

    public SocketConnection(Socket socket)
        : this(socket, Interlocked.Increment(ref _last))
    {
    }

    private SocketConnection(Socket socket, long number)
        : base(number.ToString(CultureInfo.InvariantCulture))
    {
        (_socket, _number) = (socket, number);
        if (SocketLoop.IsThere)
        {
            socket.Blocking = false;
            (_loop, _readiness) = (SocketLoop.Next(), new Readiness());
            _loop.Watch(number, socket, _readiness);
        }

        (Input, Output) = (new SocketReader(socket, _readiness), new SocketWriter(socket));
        Transport = this;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>What waits for the client fails. Not the base's, which cancels a source that may be disposed by then.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => Close();

    public override ValueTask DisposeAsync()
    {
        Close();
        Input.Complete();
        Output.Complete();
        return base.DisposeAsync();
    }

    private void Close()
    {
        _socket.Dispose();
        _loop?.Forget(_number);
        _readiness?.Wake();
    }
}
