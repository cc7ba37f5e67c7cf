using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;

namespace HveRelay.Smtp.Server;

/// <summary>Why a wait for the client ended.</summary>
internal enum WaitEnd
{
    Data,
    Closed,
    TimedOut,
    Stopping,
}

/// <summary>
/// The octets of one session: lines in, replies out, TLS in between. Replies gather until the client has to be waited for, so that
/// a pipelined group is answered in one write (RFC 2920 section 3.2). A wait is bounded by one timer, without an exception.
/// </summary>
internal sealed class SessionTransport : IAsyncDisposable
{
    /// <summary>Octets of a client's hello that are kept, to say what it offered if the handshake fails; some are nearly 2,000 long.</summary>
    private const int HelloKept = 2048;

    private readonly IDuplexPipe _connection;
    private readonly ITimer _timer;
    private PipeReader _input;
    private PipeWriter _output;
    private SslStream? _tls;
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _skipsLine;
    private long _skipped;
    private bool _isLost;
    private volatile Wait _waitsFor;
    private volatile bool _timedOut;
    private volatile bool _stopping;

    public SessionTransport(IDuplexPipe connection, TimeProvider clock)
    {
        _connection = connection;
        _input = connection.Input;
        _output = connection.Output;
        _timer = clock.CreateTimer(OnTimer, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the timer has to wake.</summary>
    private enum Wait
    {
        Nothing,
        Input,
        Output,
        Goodbye,
    }

    /// <summary>Has the client been told to go at the next chance?</summary>
    public bool IsStopping => _stopping;

    /// <summary>What has come and is not read yet. Stays where it is until the next wait.</summary>
    public ReadOnlySequence<byte> Buffer => _buffer;

    /// <summary>Octets that were dropped of a line over the limit which has not ended yet.</summary>
    public long Skipped => _skipsLine ? _skipped : 0;

    /// <summary>Octets of replies that wait to be sent.</summary>
    public long Gathered => _output.UnflushedBytes;

    /// <summary>Wakes an idle session, so that it can say 421.</summary>
    public void Stop()
    {
        _stopping = true;
        _input.CancelPendingRead();
    }

    public void Write(Reply reply) => reply.WriteTo(_output);

    /// <summary>Looks, without waiting, whether the client has said anything.</summary>
    public bool HasInput()
    {
        if (!_holdsBuffer && _input.TryRead(out var read))
        {
            Hold(read);
        }

        return !_buffer.IsEmpty;
    }

    /// <summary>
    /// Takes a command line that has come already. Lines end in LF, with CRs before it or not. A line over the limit is dropped
    /// up to its end and given as too long.
    /// </summary>
    public bool TryReadLine(int limit, out CommandLine line)
    {
        line = default;
        if (_buffer.PositionOf((byte)'\n') is not { } end)
        {
            if (_buffer.Length >= limit)
            {
                _skipped = Skipped + _buffer.Length;
                _skipsLine = true;
                _buffer = _buffer.Slice(_buffer.End);
            }

            return false;
        }

        var content = _buffer.Slice(0, end);
        _buffer = _buffer.Slice(_buffer.GetPosition(1, end));
        if (_skipsLine || content.Length >= limit)
        {
            _skipsLine = false;
            line = new CommandLine(default, IsTooLong: true, HasBareNewline: false);
            return true;
        }

        ReadOnlyMemory<byte> octets = content.IsSingleSegment ? content.First : content.ToArray();
        var trimmed = octets.TrimEnd((byte)'\r');
        line = new CommandLine(trimmed, IsTooLong: false, HasBareNewline: trimmed.Length == octets.Length);
        return true;
    }

    /// <summary>Marks the first octets of <see cref="Buffer"/> as read.</summary>
    public void Consume(long octets) => _buffer = _buffer.Slice(octets);

    /// <summary>Sends what was written; false where the client is gone or does not read.</summary>
    public async ValueTask<bool> FlushAsync(TimeSpan timeout)
    {
        if (_isLost || _output.UnflushedBytes == 0)
        {
            return !_isLost;
        }

        try
        {
            var flush = _output.FlushAsync();
            if (!flush.IsCompleted)
            {
                Arm(timeout, Wait.Output);
            }

            var result = await flush;
            _isLost = result.IsCompleted || result.IsCanceled;
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            _isLost = true;
        }
        finally
        {
            Disarm();
        }

        return !_isLost;
    }

    /// <summary>Waits for more octets; those not consumed stay in front. Sends gathered replies first.</summary>
    public async ValueTask<WaitEnd> WaitAsync(TimeSpan timeout, TimeSpan replyTimeout, bool mayStop)
    {
        if (!await FlushAsync(replyTimeout))
        {
            return _timedOut ? WaitEnd.TimedOut : WaitEnd.Closed;
        }

        var unread = _buffer.Length;
        GiveBack();
        _timedOut = false;
        try
        {
            while (true)
            {
                if (mayStop && _stopping)
                {
                    return WaitEnd.Stopping;
                }

                if (!_input.TryRead(out var read))
                {
                    Arm(timeout, Wait.Input);
                    read = await _input.ReadAsync();
                }

                Hold(read);
                if (_timedOut)
                {
                    return WaitEnd.TimedOut;
                }

                if (_buffer.Length > unread)
                {
                    // Also when the read was cancelled, or the stream ended: what came with that is read first.
                    return WaitEnd.Data;
                }

                if (read.IsCompleted)
                {
                    return WaitEnd.Closed;
                }

                // Woken to stop, in the midst of a message: read on.
                GiveBack();
            }
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            _buffer = default;
            return WaitEnd.Closed;
        }
        finally
        {
            Disarm();
        }
    }

    /// <summary>
    /// Puts TLS over the connection. What the client sent before is thrown away (RFC 3207 section 4.2). Null where it failed, with
    /// the reason.
    /// </summary>
    public async ValueTask<(TlsInfo? Tls, HandshakeFailure? Failure)> StartTlsAsync(
        SslServerAuthenticationOptions options, TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        _buffer = _buffer.Slice(_buffer.End);
        GiveBack();
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);

        // The pipes stay open, since the stream between closes nothing. Told to leave it open, SslStream would flush it at its end,
        // and wait for a client that does not read.
        var octets = new DuplexPipeStream(_connection);
        octets.KeepFirst(HelloKept);
        var tls = new SslStream(octets, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsServerAsync(options, either.Token);
        }
        catch (Exception failed) when (failed is AuthenticationException || IsLoss(failed))
        {
            await tls.DisposeAsync();
            return (null, HandshakeFailure.Of(octets.First, limit.IsCancellationRequested, failed.GetBaseException().Message));
        }

        octets.KeepFirst(0);
        _tls = tls;
        // A read of no octets waits first: an idle session holds no buffer.
        _input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        _output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
        return (new TlsInfo(Version(tls.SslProtocol), tls.NegotiatedCipherSuite.ToString()), null);
    }

    /// <summary>Sends what was written, and the close_notify alert of TLS, to a client that still listens.</summary>
    public async ValueTask CloseAsync(TimeSpan timeout)
    {
        if (!await FlushAsync(timeout) || _tls is null)
        {
            return;
        }

        Arm(timeout, Wait.Goodbye);
        try
        {
            await _tls.ShutdownAsync();
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            // The client did not wait for it.
        }
        finally
        {
            Disarm();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        if (_tls is not null)
        {
            await _input.CompleteAsync();
            await _tls.DisposeAsync();
        }
    }

    private static bool IsLoss(Exception failed) => failed is IOException or InvalidOperationException or OperationCanceledException;

    private static string Version(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLSv1.3",
        SslProtocols.Tls12 => "TLSv1.2",
#pragma warning disable SYSLIB0039, CA5397, CA5398 // Only the name is shown.
        SslProtocols.Tls11 => "TLSv1.1",
        SslProtocols.Tls => "TLSv1.0",
#pragma warning restore SYSLIB0039, CA5397, CA5398
        _ => protocol.ToString(),
    };

    private void Hold(ReadResult read)
    {
        _buffer = read.Buffer;
        _holdsBuffer = true;
    }

    /// <summary>The pipe may use what was read again; all the rest has been looked at.</summary>
    private void GiveBack()
    {
        if (_holdsBuffer)
        {
            _input.AdvanceTo(_buffer.Start, _buffer.End);
            _holdsBuffer = false;
            _buffer = default;
        }
    }

    private void Arm(TimeSpan timeout, Wait waitsFor)
    {
        _timedOut = false;
        _waitsFor = waitsFor;

        // What is left of a time may be less than nothing, and a millisecond less would be for ever.
        _timer.Change(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Disarm()
    {
        if (_waitsFor != Wait.Nothing)
        {
            _waitsFor = Wait.Nothing;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Wakes just what waits: to cancel a flush that is not under way would cancel the next one.</summary>
    private void OnTimer(object? state)
    {
        switch (_waitsFor)
        {
            case Wait.Input:
                _timedOut = true;
                _input.CancelPendingRead();
                break;
            case Wait.Output:
                _timedOut = true;
                _output.CancelPendingFlush();
                break;
            case Wait.Goodbye:
                _connection.Output.CancelPendingFlush();
                break;
        }
    }
}

/// <summary>A line from the client without its end.</summary>
/// <param name="Octets">Good until the next wait.</param>
internal readonly record struct CommandLine(ReadOnlyMemory<byte> Octets, bool IsTooLong, bool HasBareNewline);
