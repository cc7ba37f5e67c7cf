using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Intake.Sockets;

/// <summary>
/// Reads a socket when it is asked to, into one piece of memory that follows what comes: commands need a few kilobytes, and a message
/// that fills them is read in larger pieces. Used by one thread at a time, but for <see cref="CancelPendingRead"/>.
/// </summary>
/// <param name="readiness">Told by a <see cref="SocketLoop"/>, the socket then being one that does not block; null: the framework tells.</param>
#pragma warning disable CA1001 // A source without a timer holds nothing that has to be disposed.
internal sealed class SocketReader(Socket socket, Readiness? readiness = null) : PipeReader
#pragma warning restore CA1001
{
    internal const int SmallPiece = 4 * 1024;
    internal const int LargePiece = 64 * 1024;
    private const int MostUnwaited = 16;

    private volatile CancellationTokenSource _cancel = new();
    private byte[] _buffer = [];
    private int _start, _end;
    private bool _examined = true, _ended, _wantsMore;

    /// <summary>False where the system has given all that had come, so that something new has to come first.</summary>
    private bool _mayHaveMore = true;
    private int _unwaited;

    /// <summary>What has come, asking the system but waiting for nothing.</summary>
    /// <exception cref="ConnectionResetException">The connection is broken.</exception>
    public override bool TryRead(out ReadResult result)
    {
        try
        {
            if (_examined && !_ended && socket.Available > 0)
            {
                MakeRoom();
                Received(socket.Receive(_buffer.AsSpan(_end)));
                _mayHaveMore = true;
            }
        }
        catch (SocketException broken)
        {
            throw new ConnectionResetException(broken.Message, broken);
        }

        result = Result(isCanceled: false);
        return !_examined || _ended;
    }

    /// <exception cref="ConnectionResetException">The connection is broken.</exception>
    /// <exception cref="ObjectDisposedException">The connection was aborted by us.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!_examined || _ended)
        {
            return Result(isCanceled: false);
        }

        MakeRoom();
        using var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, cancellationToken)
            : null;
        try
        {
            var cancel = (linked ?? _cancel).Token;
            Received(readiness is null
                ? await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancel)
                : await ReceiveAsync(readiness, cancel));
            return Result(isCanceled: false);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            _cancel = new CancellationTokenSource();
            return Result(isCanceled: true);
        }
        catch (SocketException broken)
        {
            throw new ConnectionResetException(broken.Message, broken);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // A position of an empty sequence names no octet of ours.
        if (_start == _end)
        {
            _examined = true;
            return;
        }

        _start = consumed.GetInteger();
        _examined = examined.GetInteger() == _end;
    }

    public override void CancelPendingRead() => _cancel.Cancel();

    public override void Complete(Exception? exception = null)
    {
        (_ended, _start, _end) = (true, 0, 0);
        Resize(0);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Readiness ready, CancellationToken cancel)
    {
        if (!_mayHaveMore && !ready.IsLast)
        {
            await WaitAsync(ready, cancel);
        }
        else if (++_unwaited > MostUnwaited)
        {
            // A client that is never slow must not keep the loop from the others.
            _unwaited = 0;
            await Task.Yield();
        }

        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var octets = socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);
            switch (error)
            {
                case SocketError.Success:
                    _mayHaveMore = octets == _buffer.Length - _end;
                    return octets;
                case SocketError.WouldBlock:
                    await WaitAsync(ready, cancel);
                    break;
                default:
                    throw new SocketException((int)error);
            }
        }
    }

    private async ValueTask WaitAsync(Readiness ready, CancellationToken cancel)
    {
        _unwaited = 0;
        await using var wake = cancel.UnsafeRegister(static waiting => ((Readiness)waiting!).Wake(), ready);
        await ready.WaitAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private ReadResult Result(bool isCanceled) => new(new ReadOnlySequence<byte>(_buffer, _start, _end - _start), isCanceled, _ended);

    private void Received(int octets)
    {
        _ended = octets == 0;
        _examined = _ended;
        _end += octets;
        _wantsMore = _end == _buffer.Length || octets > SmallPiece;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
            Resize(_wantsMore ? LargePiece : SmallPiece);
        }
        else if (_end == _buffer.Length)
        {
            // Who reads keeps this in bounds: a command line that grows too long is dropped.
            Resize(_start > _buffer.Length / 2 ? _buffer.Length : _buffer.Length * 2);
        }
    }

    /// <summary>Another buffer with what is unread at its front.</summary>
    private void Resize(int octets)
    {
        var unread = _buffer.AsSpan(_start, _end - _start);
        if (octets == _buffer.Length)
        {
            unread.CopyTo(_buffer);
        }
        else
        {
            var resized = octets == 0 ? [] : ArrayPool<byte>.Shared.Rent(octets);
            unread.CopyTo(resized);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = resized;
        }

        (_start, _end) = (0, _end - _start);
    }
}
