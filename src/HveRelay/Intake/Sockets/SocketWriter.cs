using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Intake.Sockets;

/// <summary>
/// Gathers replies and sends them together; between two flushes it holds no memory. Used by one thread at a time, but for
/// <see cref="CancelPendingFlush"/>.
/// </summary>
#pragma warning disable CA1001 // A source without a timer holds nothing that has to be disposed.
internal sealed class SocketWriter(Socket socket) : PipeWriter
#pragma warning restore CA1001
{
    private const int FirstOctets = 1024;

    private volatile CancellationTokenSource _cancel = new();
    private byte[] _buffer = [];
    private int _filled;
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _filled;

    public override void Advance(int bytes) => _filled += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _filled + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            var wider = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstOctets, _buffer.Length * 2)));
            _buffer.AsSpan(0, _filled).CopyTo(wider);
            GiveBack();
            _buffer = wider;
        }

        return _buffer.AsMemory(_filled);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <exception cref="ConnectionResetException">The connection is broken.</exception>
    /// <exception cref="ObjectDisposedException">The connection was aborted by us.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        using var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, cancellationToken)
            : null;
        try
        {
            for (var sent = 0; sent < _filled;)
            {
                // Replies are short: what the system takes at once needs no waiting.
                var now = socket.Blocking ? 0 : socket.Send(_buffer.AsSpan(sent, _filled - sent), SocketFlags.None, out _);
                sent += now > 0 ? now : await socket.SendAsync(_buffer.AsMemory(sent, _filled - sent), SocketFlags.None, (linked ?? _cancel).Token);
            }

            return default;
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            _cancel = new CancellationTokenSource();
            return new FlushResult(isCanceled: true, isCompleted: false);
        }
        catch (SocketException broken)
        {
            throw new ConnectionResetException(broken.Message, broken);
        }
        finally
        {
            // Also where it failed: part of it may be sent, so it cannot be sent again.
            _filled = 0;
            GiveBack();
            _buffer = [];
        }
    }

    public override void CancelPendingFlush() => _cancel.Cancel();

    /// <summary>Tells the client that nothing more comes. What was not flushed is dropped.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        GiveBack();
        (_buffer, _filled) = ([], 0);
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client is gone already.
        }
    }

    private void GiveBack()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
