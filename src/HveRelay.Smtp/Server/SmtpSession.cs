using System.IO.Pipelines;

namespace HveRelay.Smtp.Server;

/// <summary>How a session ended, for the log.</summary>
public enum SessionEnd
{
    Quit,
    Closed,
    TimedOut,
    Stopped,
    Refused,
    TooManyErrors,
    TlsFailed,
    Broken,
}

/// <summary>
/// One SMTP session (RFC 5321) over a pair of pipes. It knows the protocol and nothing else: who may send, and where mail goes, is
/// the service's. One command at a time; the content streams through.
/// </summary>
public sealed partial class SmtpSession : IAsyncDisposable
{
    /// <summary>Replies that gather before they are sent though the client has more to say.</summary>
    private const int MostReplies = 8 * 1024;

    /// <summary>Octets of a line that may come behind its limit before nobody waits for its end any more.</summary>
    private const int MostSkipped = 64 * 1024;

    /// <summary>Before such a client is told to go: closed at once it would be back at once, and nothing is read of it meanwhile.</summary>
    internal static readonly TimeSpan EndlessLineDelay = TimeSpan.FromSeconds(5);

    /// <summary>The first octet of a TLS handshake, which begins no command.</summary>
    private const byte TlsHandshake = 0x16;

    private readonly SessionTransport _transport;
    private readonly SmtpSessionOptions _options;
    private readonly ISmtpService _service;
    private readonly TimeProvider _clock;
    private SessionState _state = SessionState.Connected;

    /// <summary>Where a transaction leads back to: Ready once the client has said EHLO, which a transaction without it is not.</summary>
    private SessionState _idle = SessionState.Connected;
    private SessionEnd? _end;
    private int _errors;
    private int _idleCommands;

    /// <summary>MAIL was refused, and nothing but RCPT, DATA and BDAT came since.</summary>
    private bool _mailRefused;

    public SmtpSession(SessionInfo info, IDuplexPipe connection, SmtpSessionOptions options, ISmtpService service, TimeProvider clock)
    {
        Info = info;
        _transport = new SessionTransport(connection, clock);
        _options = options;
        _service = service;
        _clock = clock;
    }

    public SessionInfo Info { get; }

    /// <summary>Between transactions: where a session may be asked to go.</summary>
    private bool IsIdle => _state is SessionState.Connected or SessionState.Ready;

    /// <summary>Asks the session to say 421 and go: at once between transactions, else when this one is over.</summary>
    public void Stop() => _transport.Stop();

    /// <summary>Runs until the client or we have had enough. Throws only what the service throws.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken cancel)
    {
        try
        {
            if (_options.Tls != TlsPolicy.Implicit || await StartTlsAsync(cancel))
            {
                await GreetAsync(cancel);
            }

            while (await ReadLineAsync(mayStop: true) is { } line)
            {
                await ExecuteAsync(line, cancel);
            }
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            _transport.Write(SmtpReplies.OurFault(_options.HostName));
            _end = SessionEnd.Broken;
            throw;
        }
        finally
        {
            await ResetAsync();
            _service.Ended(Info);
            await _transport.CloseAsync(_options.ReplyTimeout);
        }

        return _end ?? SessionEnd.Closed;
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private async ValueTask GreetAsync(CancellationToken cancel)
    {
        var greeting = await _service.ConnectAsync(Info, cancel);
        if (greeting.IsPositive && _transport.HasInput())
        {
            // RFC 5321 section 4.3.1: the client waits for the greeting. One that does not is a worm or takes us for something else.
            greeting = Refused(SmtpReplies.TooEarly, SpeaksTls ? "tls before starttls" : "spoke before the greeting");
        }

        _transport.Write(greeting);
        if (!greeting.IsPositive)
        {
            _end = SessionEnd.Refused;
        }
    }

    /// <summary>What came is a TLS handshake: a device that was told SSL where STARTTLS is spoken.</summary>
    private bool SpeaksTls => _transport.Buffer is { IsEmpty: false } octets && octets.FirstSpan[0] == TlsHandshake;

    /// <summary>The next line, or null at the end of the session. A line may take as long as a command may, however slowly it comes.</summary>
    private async ValueTask<CommandLine?> ReadLineAsync(bool mayStop)
    {
        long? began = null;
        while (_end is null)
        {
            // A transaction under way is let finish; then the client is asked to go.
            if (mayStop && _transport.IsStopping && IsIdle)
            {
                Close(SmtpReplies.Stopping(_options.HostName), SessionEnd.Stopped);
                break;
            }

            if (SpeaksTls)
            {
                // Before a line is looked for: nearly every hello has an LF somewhere.
                Close(Refused(SmtpReplies.NotSmtp(_options.HostName), "tls before starttls"), SessionEnd.Refused);
                break;
            }

            if (_transport.TryReadLine(_options.MaxCommandLine, out var line))
            {
                // The client may go on and on without taking its replies; they must not gather without end.
                if (_transport.Gathered >= MostReplies && !await _transport.FlushAsync(_options.ReplyTimeout))
                {
                    _end = SessionEnd.Closed;
                    break;
                }

                Info.Quirks |= line.HasBareNewline ? Quirks.BareNewlineCommand : Quirks.None;
                return line;
            }

            if (_transport.Skipped > MostSkipped)
            {
                var goodbye = Refused(SmtpReplies.EndlessLine(_options.HostName), "line too long");
                await Task.Delay(EndlessLineDelay, _clock);
                Close(goodbye, SessionEnd.TooManyErrors);
                break;
            }

            began ??= _clock.GetTimestamp();
            await WaitAsync(_options.CommandTimeout - _clock.GetElapsedTime(began.Value), mayStop && IsIdle);
        }

        return null;
    }

    /// <summary>Waits for the client; where it is gone, too slow or to be sent away the session has its end.</summary>
    private async ValueTask WaitAsync(TimeSpan timeout, bool mayStop)
    {
        switch (await _transport.WaitAsync(timeout, _options.ReplyTimeout, mayStop))
        {
            case WaitEnd.TimedOut:
                Close(UnendedMessage(isTimeOut: true) ?? SmtpReplies.TimedOut(_options.HostName), SessionEnd.TimedOut);
                break;
            case WaitEnd.Closed:
                UnendedMessage(isTimeOut: false);
                _end = SessionEnd.Closed;
                break;
        }
    }

    private async ValueTask ExecuteAsync(CommandLine line, CancellationToken cancel)
    {
        if (++_idleCommands > _options.MaxIdleCommands)
        {
            Close(Refused(SmtpReplies.TooManyCommands(_options.HostName), "commands"), SessionEnd.TooManyErrors);
            return;
        }

        if (line.IsTooLong)
        {
            Refuse(SmtpReplies.LineTooLong, "line too long");
            return;
        }

        var command = SmtpCommand.Parse(line.Octets.Span);
        if (command.Verb == SmtpVerb.Bdat)
        {
            // Refused or not, its octets follow.
            await ChunkAsync(command.Argument, cancel);
            return;
        }

        if (SessionStates.Refusal(command.Verb, _state) is { } wrongOrder)
        {
            RefuseOrder(wrongOrder);
            return;
        }

        _mailRefused = false;
        switch (command.Verb)
        {
            case SmtpVerb.Ehlo or SmtpVerb.Helo:
                await HelloAsync(command);
                break;
            case SmtpVerb.StartTls:
                await StartTlsCommandAsync(command, cancel);
                break;
            case SmtpVerb.Auth:
                await AuthAsync(command.Argument, cancel);
                break;
            case SmtpVerb.Mail:
                await MailAsync(command.Argument, cancel);
                break;
            case SmtpVerb.Rcpt:
                await RcptAsync(command.Argument, cancel);
                break;
            case SmtpVerb.Data:
                await DataAsync(command, cancel);
                break;
            case SmtpVerb.Rset:
                await ResetAsync();
                _transport.Write(SmtpReplies.Ok);
                break;
            case SmtpVerb.Noop:
                _transport.Write(SmtpReplies.Ok);
                break;
            case SmtpVerb.Vrfy:
                _transport.Write(SmtpReplies.CannotVerify);
                break;
            case SmtpVerb.Help:
                _transport.Write(SmtpReplies.Help);
                break;
            case SmtpVerb.Quit:
                Close(SmtpReplies.Bye, SessionEnd.Quit);
                break;
            case SmtpVerb.Expn:
                Refuse(SmtpReplies.NotImplemented, "not implemented");
                break;
            case SmtpVerb.Http:
                Close(Refused(SmtpReplies.NotSmtp(_options.HostName), "http"), SessionEnd.Refused);
                break;
            case SmtpVerb.Proxy:
                // To go on would be to take the proxy for the client.
                Close(Refused(SmtpReplies.NotSmtp(_options.HostName), "proxy"), SessionEnd.Refused);
                break;
            default:
                Refuse(SmtpReplies.Unknown, "unknown command");
                break;
        }
    }

    private async ValueTask HelloAsync(SmtpCommand command)
    {
        await ResetAsync();
        _state = _idle = SessionState.Ready;
        Info.IsExtended = command.Verb == SmtpVerb.Ehlo;
        Info.HelloName = HelloNames.Clean(command.Argument, out var odd);
        Info.Quirks |= odd ? Quirks.OddHelloName : Quirks.None;
        _transport.Write(Info.IsExtended
            ? Reply.Plain(250, [_options.HostName, .. Keywords()])
            : Reply.Plain(250, _options.HostName));
    }

    private IEnumerable<string> Keywords()
    {
        yield return "PIPELINING";
        yield return $"SIZE {_service.MaxMessageBytes}";
        yield return "8BITMIME";
        yield return "CHUNKING";
        yield return "ENHANCEDSTATUSCODES";
        if (OffersTls)
        {
            yield return "STARTTLS";
        }

        if (Info.User is null && !NeedsTls && _service.OffersAuth(Info, Info.Tls is not null))
        {
            yield return "AUTH PLAIN LOGIN";
        }
    }

    private async ValueTask ResetAsync()
    {
        if (!IsIdle)
        {
            _state = _idle;
            await _service.ResetAsync();
            if (_content is not null)
            {
                await _content.DisposeAsync();
                _content = null;
            }

            _chunkFailure = null;
        }
    }

    /// <summary>A refusal of the session's own, which the client could have known.</summary>
    private void Refuse(Reply reply, string reason, string? from = null, string? to = null)
    {
        _transport.Write(Refused(reply, reason, from, to));
        CountError();
    }

    /// <summary>
    /// RFC 2920 section 3.1: a client with PIPELINING says MAIL, RCPT and DATA in one group. What follows a refused MAIL in it is
    /// answered, and neither the client's error nor a refusal of its own.
    /// </summary>
    private void RefuseOrder(Reply reply)
    {
        if (_mailRefused)
        {
            _transport.Write(reply);
        }
        else
        {
            Refuse(reply, "wrong order");
        }
    }

    /// <summary>The service's reply. A refusal of it is the client's error only where it is for good: 5yz.</summary>
    private void Answer(Reply reply, bool isError = true)
    {
        _transport.Write(reply);
        if (reply.Code == 421)
        {
            _end = SessionEnd.Refused;
        }
        else if (reply.IsPermanent && isError)
        {
            CountError();
        }
    }

    private Reply Refused(Reply reply, string reason, string? from = null, string? to = null)
    {
        _service.Refused(Info, reason, reply, from, to);
        return reply;
    }

    private void CountError()
    {
        if (++_errors >= _options.MaxErrors && _end is null)
        {
            Close(Refused(SmtpReplies.TooManyErrors(_options.HostName), "errors"), SessionEnd.TooManyErrors);
        }
    }

    private void Close(Reply reply, SessionEnd end)
    {
        _transport.Write(reply);
        _end = end;
    }
}
