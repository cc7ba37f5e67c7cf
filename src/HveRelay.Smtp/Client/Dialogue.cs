using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Smtp.Client.Tls;

namespace HveRelay.Smtp.Client;

/// <summary>
/// Speaking and listening on one transport. Three rules: what breaks in writing is told by the reading, since a server that
/// hangs up has often said why; a reply that cannot stand where it came breaks the connection, for we are out of step; and
/// after a break, a time-out or 421 the transport is gone.
/// </summary>
internal sealed class Dialogue(Stream transport, SmtpConnectionOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly CancellationTokenSource _broken = new();
    private Stream _stream = transport;
    private ReplyReader _reader = new(transport, options.Limits);
    private Task _saying = Task.CompletedTask;

    public bool IsUsable { get; private set; } = true;

    public SmtpTimeouts Timeouts => options.Timeouts;

    public TimeProvider Clock => clock;

    /// <summary>Version and cipher suite, null without TLS.</summary>
    public string? Tls => _stream is SslStream tls ? $"{TlsVersion(tls)} {tls.NegotiatedCipherSuite}" : null;

    public string? Certificate => (_stream as SslStream)?.RemoteCertificate is X509Certificate2 certificate ? CertificateWords.Describe(certificate) : null;

    /// <summary>Starts to send and does not wait: a pipelined group may not fit the send window (RFC 2920 section 3.1).</summary>
    public void Say(ReadOnlyMemory<byte> octets) => _saying = SayAfterAsync(_saying, octets);

    public ValueTask<Heard> AskAsync(Stage stage, string command, CancellationToken cancel)
    {
        Say(Command.Line(command));
        return HearAsync(stage, cancel);
    }

    /// <summary>The next reply, in the time of the stage.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; the connection is gone.</exception>
    public async ValueTask<Heard> HearAsync(Stage stage, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Timeouts.Of(stage), clock);
        return await HearAsync(stage, limit.Token, cancel);
    }

    /// <summary>Listens beyond the command that was said, for a reply that comes early. Ends at the latest when the connection breaks.</summary>
    public Task<Heard> ListenAsync() => ReadAsync(_broken.Token);

    /// <summary>A reply judged: what cannot stand here becomes garbage; whatever ends the dialogue breaks it.</summary>
    public async ValueTask<Heard> JudgeAsync(Stage stage, Heard heard)
    {
        if (heard.Reply is { } reply && !stage.Allows(reply))
        {
            heard = Heard.Garbage($"The server answered {stage.Words()} out of turn: \"{reply}\".");
        }

        if (heard.Reply is null or { Code: 421 })
        {
            await BreakAsync();
        }

        return heard;
    }

    /// <summary>Writes content, with back-pressure. False where the transport broke or was broken.</summary>
    /// <exception cref="OperationCanceledException"/>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        try
        {
            await _saying;
            await _stream.WriteAsync(octets, cancel);
            await _stream.FlushAsync(cancel);
            return true;
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            return false;
        }
    }

    /// <summary>TLS over the transport. Everything read before is gone (RFC 3207 section 4.2).</summary>
    public async Task<SmtpFailure?> StartTlsAsync(CancellationToken cancel)
    {
        if (_reader.Unread > 0)
        {
            // What stands behind the reply in plaintext was put there to be read as if it had come over TLS.
            await BreakAsync();
            return new SmtpFailure(
                Stage.StartTls, null, Breakage.Tls, "The server, or somebody between, sent plaintext behind its reply to STARTTLS.");
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        SmtpFailure? failure;
        using (var limit = new CancellationTokenSource(Timeouts.StartTls, clock))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel))
        {
            try
            {
                failure = await TlsHandshake.RunAsync(tls, options, clock.GetUtcNow(), either.Token);
            }
            catch (OperationCanceledException)
            {
                await BreakAsync();
                cancel.ThrowIfCancellationRequested();
                failure = new SmtpFailure(
                    Stage.StartTls, null, Breakage.TimedOut, $"The TLS handshake was not done within {Timeouts.StartTls}.");
            }
        }

        _stream = tls;
        _reader = new ReplyReader(tls, options.Limits);
        if (failure is not null)
        {
            await BreakAsync();
        }

        return failure;
    }

    public async ValueTask BreakAsync()
    {
        if (!IsUsable)
        {
            return;
        }

        IsUsable = false;
        await _broken.CancelAsync();
        await CloseAsync();
    }

    /// <summary>QUIT, where there is somebody to say it to.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsUsable)
        {
            IsUsable = false;
            using var limit = new CancellationTokenSource(Timeouts.Quit, clock);
            Say(Command.Line("QUIT"));
            await Task.WhenAny(ReadAsync(limit.Token));
            await _broken.CancelAsync();
            await CloseAsync();
        }

        await _saying;
        _broken.Dispose();
    }

    private async ValueTask<Heard> HearAsync(Stage stage, CancellationToken limit, CancellationToken cancel)
    {
        if (_reader.TryTake() is { } ready)
        {
            return await JudgeAsync(stage, ready);
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, cancel);
            return await JudgeAsync(stage, await ReadAsync(either.Token));
        }
        catch (OperationCanceledException)
        {
            await BreakAsync();
            cancel.ThrowIfCancellationRequested();
            return Heard.TimedOut($"The server did not answer {stage.Words()} within {Timeouts.Of(stage)}.");
        }
    }

    private async Task<Heard> ReadAsync(CancellationToken cancel) => await _reader.ReadAsync(cancel);

    private async Task SayAfterAsync(Task before, ReadOnlyMemory<byte> octets)
    {
        try
        {
            await before;
            await _stream.WriteAsync(octets, _broken.Token);
            await _stream.FlushAsync(_broken.Token);
        }
        catch (Exception broken) when (IsBroken(broken) || broken is OperationCanceledException)
        {
            // The reading tells.
        }
    }

    private async ValueTask CloseAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            // It is closed.
        }
    }

    private static bool IsBroken(Exception exception) => exception is IOException or SocketException or ObjectDisposedException;

    private static string TlsVersion(SslStream tls) => tls.SslProtocol.ToString().Replace("Tls1", "TLSv1.", StringComparison.Ordinal);
}
