using System.Text;

namespace HveRelay.Smtp.Server;

/// <content>STARTTLS (RFC 3207) and AUTH (RFC 4954).</content>
public sealed partial class SmtpSession
{
    private bool OffersTls => _options.Tls is TlsPolicy.Optional or TlsPolicy.Required && Info.Tls is null;

    private bool NeedsTls => _options.Tls == TlsPolicy.Required && Info.Tls is null;

    private async ValueTask StartTlsCommandAsync(SmtpCommand command, CancellationToken cancel)
    {
        var refusal = command.Argument.Length > 0 ? SmtpReplies.NoArgument
            : OffersTls ? null
            : Info.Tls is not null ? SmtpReplies.TlsAlready
            : SmtpReplies.NoTls;
        if (refusal is not null)
        {
            Refuse(refusal, "starttls");
            return;
        }

        _transport.Write(SmtpReplies.ReadyForTls);
        if (!await _transport.FlushAsync(_options.ReplyTimeout))
        {
            _end = SessionEnd.Closed;
        }
        else if (await StartTlsAsync(cancel))
        {
            // RFC 3207 section 4.2: all that was learned before is forgotten.
            _state = _idle = SessionState.Connected;
            Info.HelloName = string.Empty;
            Info.IsExtended = false;
            Info.User = null;
        }
    }

    /// <summary>The handshake. Where it fails the session is at its end, since nobody knows what the client would hear next.</summary>
    private async ValueTask<bool> StartTlsAsync(CancellationToken cancel)
    {
        var (tls, failure) = await _transport.StartTlsAsync(_options.TlsOptions!(), _options.HandshakeTimeout, _clock, cancel);
        Info.Tls = tls;
        if (tls is not null)
        {
            return true;
        }

        if (_transport.IsStopping)
        {
            _end = SessionEnd.Stopped;
            return false;
        }

        if (failure!.SaidNothing && _options.Tls == TlsPolicy.Implicit)
        {
            // Somebody looked whether the port is open.
            _end = SessionEnd.Closed;
            return false;
        }

        Refused(Reply.Plain(554, failure.Sentence), failure.IsTls ? "tls handshake" : "not tls");
        _end = SessionEnd.TlsFailed;
        return false;
    }

    private async ValueTask AuthAsync(string argument, CancellationToken cancel)
    {
        var refusal = Info.User is not null ? SmtpReplies.AuthAlready
            : NeedsTls ? SmtpReplies.NeedTls
            : _service.OffersAuth(Info, Info.Tls is not null) ? null
            : OffersTls && _service.OffersAuth(Info, tls: true) ? SmtpReplies.AuthNeedsTls
            : SmtpReplies.AuthNotOffered;
        if (refusal is not null)
        {
            Refuse(refusal, "auth");
            return;
        }

        var (login, failure) = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var mechanism] => await CredentialsAsync(mechanism, null),
            [var mechanism, var initial] => await CredentialsAsync(mechanism, initial),
            _ => (null, SmtpReplies.BadAuth),
        };
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

            if (line.IsTooLong)
            {
                return (null, SmtpReplies.LineTooLong);
            }

            initial = Encoding.Latin1.GetString(line.Octets.Span);
        }

        return initial == "*" ? (null, SmtpReplies.AuthCancelled)
            : SaslReader.Decode(initial) is { } message ? (message, null)
            : (null, SmtpReplies.AuthSyntax);
    }
}
