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
    private readonly IDuplexPipe _connection;
    private readonly ITimer _timer;
    private PipeReader _input;
    private PipeWriter _output;
    private SslStream? _tls;
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _skipsLine;
    private volatile bool _timedOut;
    private volatile bool _stopping;

    public SessionTransport(IDuplexPipe connection, TimeProvider clock)
    {
        _connection = connection;
        _input = connection.Input;
        _output = connection.Output;
        _timer = clock.CreateTimer(OnTimer, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has the client been told to go at the next chance?</summary>
    public bool IsStopping => _stopping;

    /// <summary>What has come and is not read yet.</summary>
    public ReadOnlySequence<byte> Buffer => _buffer;

    /// <summary>Wakes an idle session, so that it can say 421.</summary>
    public void Stop()
    {
        _stopping = true;
        _input.CancelPendingRead();
    }

    public void Write(Reply reply) => _output.Write(reply.ToWire());

    /// <summary>Sends what was written; false where the client is gone or does not read.</summary>
    public async ValueTask<bool> FlushAsync(TimeSpan timeout)
    {
        if (_output.UnflushedBytes == 0)
        {
            return true;
        }

        Arm(timeout);
        try
        {
            var flush = await _output.FlushAsync();
            return !flush.IsCompleted && !flush.IsCanceled;
        }
        catch (Exception lost) when (lost is IOException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Disarm();
        }
    }

    /// <summary>
    /// Takes a command line that has come already, without its end. Lines end in LF, with a CR before it or not. A line over
    /// the limit is dropped up to its end and given as too long.
    /// </summary>
    public bool TryReadLine(int limit, out byte[] line, out bool tooLong, out bool bareNewline)
    {
        line = [];
        tooLong = false;
        bareNewline = false;
        var end = _buffer.PositionOf((byte)'\n');
        if (end is null)
        {
            if (_buffer.Length > limit)
            {
                _skipsLine = true;
                _buffer = _buffer.Slice(_buffer.End);
            }

            return false;
        }

        var content = _buffer.Slice(0, end.Value);
        _buffer = _buffer.Slice(_buffer.GetPosition(1, end.Value));
        if (_skipsLine || content.Length > limit)
        {
            _skipsLine = false;
            tooLong = true;
            return true;
        }

        line = content.ToArray();
        bareNewline = line is not [.., (byte)'\r'];
        if (!bareNewline)
        {
            line = line[..^1];
        }

        return true;
    }

    /// <summary>Marks octets of <see cref="Buffer"/> as read.</summary>
    public void Consume(SequencePosition upTo) => _buffer = _buffer.Slice(upTo);

    /// <summary>Waits for more octets; those not consumed stay in front. Sends gathered replies first.</summary>
    public async ValueTask<WaitEnd> WaitAsync(TimeSpan timeout, TimeSpan replyTimeout, bool mayStop)
    {
        if (!await FlushAsync(replyTimeout))
        {
            return _timedOut ? WaitEnd.TimedOut : WaitEnd.Closed;
        }

        var unread = _buffer.Length;
        if (_holdsBuffer)
        {
            _input.AdvanceTo(_buffer.Start, _buffer.End);
            _holdsBuffer = false;
        }

        Arm(timeout);
        try
        {
            while (true)
            {
                if (mayStop && _stopping)
                {
                    return WaitEnd.Stopping;
                }

                var read = await _input.ReadAsync();
                _buffer = read.Buffer;
                _holdsBuffer = true;
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
                _input.AdvanceTo(_buffer.Start, _buffer.End);
                _holdsBuffer = false;
            }
        }
        catch (Exception lost) when (lost is IOException or InvalidOperationException or OperationCanceledException)
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
    public async ValueTask<(TlsInfo? Tls, string? Failure)> StartTlsAsync(
        SslServerAuthenticationOptions options, TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        if (_holdsBuffer)
        {
            _input.AdvanceTo(_buffer.End);
            _holdsBuffer = false;
        }

        _buffer = default;
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var tls = new SslStream(new DuplexPipeStream(_connection), leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsServerAsync(options, either.Token);
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            await tls.DisposeAsync();
            return (null, limit.IsCancellationRequested ? "no handshake in time" : Reason(failed));
        }

        _tls = tls;
        _input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true));
        _output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
        if (_stopping)
        {
            _input.CancelPendingRead();
        }

        return (new TlsInfo(Version(tls.SslProtocol), tls.NegotiatedCipherSuite.ToString()), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        if (_tls is not null)
        {
            await _input.CompleteAsync();
            try
            {
                await _tls.ShutdownAsync();
            }
            catch (Exception lost) when (lost is IOException or InvalidOperationException)
            {
                // The client did not wait for the close_notify alert.
            }

            await _tls.DisposeAsync();
        }
    }

    private static string Reason(Exception failed) => (failed.InnerException ?? failed).Message;

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

    private void Arm(TimeSpan timeout)
    {
        _timedOut = false;
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void Disarm() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void OnTimer(object? state)
    {
        _timedOut = true;
        _input.CancelPendingRead();
        _output.CancelPendingFlush();
    }
}
