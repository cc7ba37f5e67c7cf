using System.IO.Pipelines;
using System.Text;

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
public sealed class SmtpSession : IAsyncDisposable
{
    /// <summary>Octets gathered before they are handed on.</summary>
    private const int Gather = 64 * 1024;

    private readonly SessionTransport _transport;
    private readonly SmtpSessionOptions _options;
    private readonly ISmtpService _service;
    private readonly TimeProvider _clock;
    private SessionState _state = SessionState.Connected;
    private SessionEnd? _end;
    private int _errors;

    public SmtpSession(SessionInfo info, IDuplexPipe connection, SmtpSessionOptions options, ISmtpService service, TimeProvider clock)
    {
        Info = info;
        _transport = new SessionTransport(connection, clock);
        _options = options;
        _service = service;
        _clock = clock;
    }

    public SessionInfo Info { get; }

    /// <summary>Asks the session to say 421 and go: at once between transactions, else when this one is over.</summary>
    public void Stop() => _transport.Stop();

    /// <summary>Runs until the client or we have had enough. Throws only what the service throws.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken cancel)
    {
        try
        {
            if (_options.Tls == TlsPolicy.Implicit && !await StartTlsAsync(cancel))
            {
                return SessionEnd.TlsFailed;
            }

            var greeting = await _service.ConnectAsync(Info, cancel);
            _transport.Write(greeting);
            if (!greeting.IsPositive)
            {
                _end = SessionEnd.Refused;
            }

            while (_end is null && await ReadLineAsync(mayStop: true) is { } line)
            {
                await ExecuteAsync(SmtpCommand.Parse(line), cancel);
            }
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            _transport.Write(SmtpReplies.OurFault);
            _end = SessionEnd.Broken;
            throw;
        }
        finally
        {
            await ResetAsync();
            await _transport.FlushAsync(_options.ReplyTimeout);
        }

        return _end ?? SessionEnd.Closed;
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    /// <summary>The next line, or null at the end of the session.</summary>
    private async ValueTask<byte[]?> ReadLineAsync(bool mayStop)
    {
        while (_end is null)
        {
            if (_transport.TryReadLine(_options.MaxCommandLine, out var line, out var tooLong, out var bareNewline))
            {
                Info.Quirks |= bareNewline ? Quirks.BareNewlineCommand : Quirks.None;
                if (!tooLong)
                {
                    return line;
                }

                Refuse(SmtpReplies.LineTooLong, "line too long");
                continue;
            }

            // A transaction under way is let finish; then the client is asked to go.
            var idle = mayStop && _state is SessionState.Connected or SessionState.Ready;
            switch (await _transport.WaitAsync(_options.CommandTimeout, _options.ReplyTimeout, idle))
            {
                case WaitEnd.Data:
                    continue;
                case WaitEnd.TimedOut:
                    Close(SmtpReplies.TimedOut(_options.HostName), SessionEnd.TimedOut);
                    break;
                case WaitEnd.Stopping:
                    Close(SmtpReplies.Stopping(_options.HostName), SessionEnd.Stopped);
                    break;
                default:
                    _end = SessionEnd.Closed;
                    break;
            }
        }

        return null;
    }

    private async ValueTask ExecuteAsync(SmtpCommand command, CancellationToken cancel)
    {
        if (SessionStates.Refusal(command.Verb, _state) is { } wrongOrder)
        {
            Refuse(wrongOrder, "wrong order");
            return;
        }

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
            default:
                Refuse(SmtpReplies.Unknown, "unknown command");
                break;
        }
    }

    private async ValueTask HelloAsync(SmtpCommand command)
    {
        await ResetAsync();
        _state = SessionState.Ready;
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
        yield return "ENHANCEDSTATUSCODES";
        if (_options.Tls is TlsPolicy.Optional or TlsPolicy.Required && Info.Tls is null)
        {
            yield return "STARTTLS";
        }

        if (Info.User is null && !NeedsTls && _service.OffersAuth(Info))
        {
            yield return "AUTH PLAIN LOGIN";
        }
    }

    private bool NeedsTls => _options.Tls == TlsPolicy.Required && Info.Tls is null;

    private async ValueTask StartTlsCommandAsync(SmtpCommand command, CancellationToken cancel)
    {
        var refusal = command.Argument.Length > 0 ? SmtpReplies.NoArgument
            : Info.Tls is not null ? SmtpReplies.TlsAlready
            : _options.Tls == TlsPolicy.None ? SmtpReplies.NoTls
            : null;
        if (refusal is not null)
        {
            Refuse(refusal, "starttls");
            return;
        }

        _transport.Write(SmtpReplies.ReadyForTls);
        if (await _transport.FlushAsync(_options.ReplyTimeout) && await StartTlsAsync(cancel))
        {
            // RFC 3207 section 4.2: all that was learned before is forgotten.
            _state = SessionState.Connected;
            Info.HelloName = string.Empty;
            Info.User = null;
        }
        else
        {
            _end = SessionEnd.TlsFailed;
        }
    }

    private async ValueTask<bool> StartTlsAsync(CancellationToken cancel)
    {
        var (tls, failure) = await _transport.StartTlsAsync(
            _options.TlsOptions!(), _options.HandshakeTimeout, _clock, cancel);
        Info.Tls = tls;
        if (tls is null)
        {
            _service.Refused(Info, "tls handshake", Reply.Plain(554, failure!));
        }

        return tls is not null;
    }

    private async ValueTask AuthAsync(string argument, CancellationToken cancel)
    {
        var refusal = Info.User is not null ? SmtpReplies.AuthAlready
            : NeedsTls ? SmtpReplies.NeedTls
            : _service.OffersAuth(Info) ? null
            : Info.Tls is null && _options.Tls != TlsPolicy.None ? SmtpReplies.AuthNeedsTls
            : SmtpReplies.AuthNotOffered;
        if (refusal is not null)
        {
            Refuse(refusal, "auth");
            return;
        }

        var words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (login, failure) = await CredentialsAsync(words.FirstOrDefault(string.Empty), words.Length > 1 ? words[1] : null);
        if (login is not { } credentials)
        {
            if (failure is not null)
            {
                Refuse(failure, "auth");
            }

            return;
        }

        var reply = await _service.AuthenticateAsync(Info, credentials.User, credentials.Password, cancel);
        if (reply.IsPositive)
        {
            Info.User = credentials.User;
        }

        Answer(reply);
    }

    /// <summary>What the client claims to be, or why it failed; neither where it went away.</summary>
    private async ValueTask<((string User, string Password)? Login, Reply? Failure)> CredentialsAsync(string mechanism, string? initial)
    {
        if (mechanism.Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            var (message, failure) = await AskAsync(initial, SaslReader.AskPlain);
            var login = message is null ? null : SaslReader.Plain(message);
            return (login, login is null && message is not null ? SmtpReplies.AuthSyntax : failure);
        }

        if (mechanism.Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            var (user, noUser) = await AskAsync(initial, SaslReader.AskUser);
            if (user is null)
            {
                return (null, noUser);
            }

            var (password, noPassword) = await AskAsync(null, SaslReader.AskPassword);
            return password is null ? (null, noPassword) : ((user, password), null);
        }

        return (null, SmtpReplies.AuthMechanism);
    }

    /// <summary>The client's next SASL message: what it sent with the command, or its answer to a challenge.</summary>
    private async ValueTask<(string? Message, Reply? Failure)> AskAsync(string? initial, Reply challenge)
    {
        if (initial is null)
        {
            _transport.Write(challenge);
            if (await ReadLineAsync(mayStop: false) is not { } line)
            {
                return (null, null);
            }

            initial = Encoding.Latin1.GetString(line);
        }

        return initial == "*" ? (null, SmtpReplies.AuthCancelled)
            : SaslReader.Decode(initial) is { } message ? (message, null)
            : (null, SmtpReplies.AuthSyntax);
    }

    private async ValueTask MailAsync(string argument, CancellationToken cancel)
    {
        if (NeedsTls)
        {
            Refuse(SmtpReplies.NeedTls, "tls required");
            return;
        }

        if (PathParser.Parse(argument, "FROM") is not { } path)
        {
            Refuse(SmtpReplies.BadMail, "syntax");
            return;
        }

        if (MailParameters.Read(path, _service.MaxMessageBytes, out var command) is { } refusal)
        {
            Refuse(refusal, refusal.Code == 552 ? "size" : "syntax");
            return;
        }

        Info.Quirks |= path.Quirks | (_state == SessionState.Connected ? Quirks.NoHello : Quirks.None);
        var reply = await _service.MailAsync(Info, command, cancel);
        if (reply.IsPositive)
        {
            _state = SessionState.Mail;
        }

        Answer(reply);
    }

    private async ValueTask RcptAsync(string argument, CancellationToken cancel)
    {
        if (PathParser.Parse(argument, "TO") is not { Address.Length: > 0 } path)
        {
            Refuse(SmtpReplies.BadRcpt, "syntax");
            return;
        }

        if (path.Parameters is [var parameter, ..])
        {
            Refuse(SmtpReplies.Parameter(parameter.Key), "syntax");
            return;
        }

        Info.Quirks |= path.Quirks;
        var reply = await _service.RcptAsync(Info, path.Address, cancel);
        if (reply.IsPositive)
        {
            _state = SessionState.Rcpt;
        }

        Answer(reply);
    }

    private async ValueTask DataAsync(SmtpCommand command, CancellationToken cancel)
    {
        if (command.Argument.Length > 0)
        {
            Refuse(SmtpReplies.NoArgument, "syntax");
            return;
        }

        var (sink, refusal) = await _service.DataAsync(Info, cancel);
        if (sink is null)
        {
            Answer(refusal!);
            await ResetAsync();
            return;
        }

        await using (sink)
        {
            _transport.Write(SmtpReplies.GoAhead);
            if (await ReceiveAsync(sink, cancel) is { } reply)
            {
                Answer(reply);
                await ResetAsync();
            }
        }
    }

    /// <summary>Reads the content up to its end. Null where the client went away or fell silent.</summary>
    private async ValueTask<Reply?> ReceiveAsync(IContentSink sink, CancellationToken cancel)
    {
        var reader = new DataReader(_service.NewlineMode);
        using var gathered = new PooledBuffer(16 * 1024);
        var limit = _service.MaxMessageBytes;
        var length = 0L;
        while (true)
        {
            var ended = ReadContent(reader, gathered);
            if (gathered.Length > 0 && (ended || gathered.Length >= Gather))
            {
                length += gathered.Length;
                if (limit == 0 || length <= limit)
                {
                    await sink.WriteAsync(gathered.Written, cancel);
                }

                gathered.Clear();
            }

            if (ended)
            {
                break;
            }

            switch (await _transport.WaitAsync(_options.DataTimeout, _options.ReplyTimeout, mayStop: false))
            {
                case WaitEnd.Data:
                    continue;
                case WaitEnd.TimedOut:
                    Close(SmtpReplies.TimedOut(_options.HostName), SessionEnd.TimedOut);
                    return null;
                default:
                    _end = SessionEnd.Closed;
                    return null;
            }
        }

        Info.Quirks |= reader.HadBareNewline ? Quirks.BareNewlineContent : Quirks.None;
        if (_service.NewlineMode == NewlineMode.LfOnly)
        {
            // Nothing may be smuggled behind an end that other servers do not see as one.
            _end = SessionEnd.Quit;
        }

        if (limit > 0 && length > limit)
        {
            return Refused(SmtpReplies.TooLarge(limit), "size");
        }

        if (reader.HadBareNewline && _service.NewlineMode == NewlineMode.Reject)
        {
            return Refused(SmtpReplies.BareNewline, "bare newline");
        }

        return await sink.CompleteAsync(cancel);
    }

    private bool ReadContent(DataReader reader, PooledBuffer gathered)
    {
        var buffer = _transport.Buffer;
        foreach (var segment in buffer)
        {
            if (reader.Read(segment.Span, gathered, out var consumed))
            {
                _transport.Consume(_transport.Buffer.GetPosition(consumed));
                return true;
            }

            _transport.Consume(_transport.Buffer.GetPosition(segment.Length));
        }

        return false;
    }

    private async ValueTask ResetAsync()
    {
        if (_state is SessionState.Mail or SessionState.Rcpt)
        {
            _state = SessionState.Ready;
            await _service.ResetAsync();
        }
    }

    /// <summary>The service's reply. A refusal of it counts as an error only where the client should have known better: 5yz.</summary>
    private void Answer(Reply reply)
    {
        _transport.Write(reply);
        if (reply.Code == 421)
        {
            _end = SessionEnd.Refused;
        }
        else if (reply.IsPermanent)
        {
            CountError();
        }
    }

    private void Refuse(Reply reply, string reason) => Answer(Refused(reply, reason));

    private Reply Refused(Reply reply, string reason)
    {
        _service.Refused(Info, reason, reply);
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
