using System.Text;

namespace HveRelay.Smtp.Server;

/// <content>The mail transaction: MAIL, RCPT, DATA (RFC 5321 section 3.3).</content>
public sealed partial class SmtpSession
{
    /// <summary>The transaction's BODY=8BITMIME.</summary>
    private bool _eightBit;

    /// <summary>What has come of the content; null before it begins.</summary>
    private IncomingContent? _content;

    private async ValueTask MailAsync(string argument, CancellationToken cancel)
    {
        _mailRefused = true;
        if (NeedsTls)
        {
            Refuse(SmtpReplies.NeedTls, "tls required");
            return;
        }

        if (!Ascii.IsValid(argument))
        {
            Refuse(SmtpReplies.NotAscii, "non-ascii address", from: GivenPath.Of(argument));
            return;
        }

        if (PathParser.Parse(argument, "FROM") is not { } path)
        {
            Refuse(SmtpReplies.BadMail, "sender syntax", from: GivenPath.Of(argument));
            return;
        }

        if (MailParameters.Read(path, _service.MaxMessageBytes, out var command) is { } refusal)
        {
            Refuse(refusal, refusal.Code == 552 ? "size" : "syntax", path.Address);
            return;
        }

        Info.Quirks |= path.Quirks | (_state == SessionState.Connected ? Quirks.NoHello : Quirks.None);
        var reply = await _service.MailAsync(Info, command, cancel);
        if (reply.IsPositive)
        {
            _mailRefused = false;
            _state = SessionState.Mail;
            _eightBit = command.EightBit;
        }

        Answer(reply);
    }

    private async ValueTask RcptAsync(string argument, CancellationToken cancel)
    {
        _state = _state == SessionState.Mail ? SessionState.Refused : _state;
        if (!Ascii.IsValid(argument))
        {
            Refuse(SmtpReplies.NotAscii, "non-ascii address", to: GivenPath.Of(argument));
            return;
        }

        if (PathParser.Parse(argument, "TO") is not { Address.Length: > 0 } path)
        {
            Refuse(SmtpReplies.BadRcpt, "recipient syntax", to: GivenPath.Of(argument));
            return;
        }

        if (path.Parameters is [var parameter, ..])
        {
            Refuse(SmtpReplies.Parameter(parameter.Key), "syntax", to: path.Address);
            return;
        }

        Info.Quirks |= path.Quirks;
        var reply = await _service.RcptAsync(Info, path.Address, cancel);
        if (reply.IsPositive)
        {
            _state = SessionState.Rcpt;
            _idleCommands--;
        }

        if (reply.IsPermanent)
        {
            // Not counted as an error: a list with many bad recipients must not cost the good ones their message.
            _transport.Write(reply);
            return;
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

        if (_state == SessionState.Refused)
        {
            // Section 3.3, and RFC 2920 section 3.1 for who sent it in one group with RCPT. Each recipient is in the log already.
            Answer(SmtpReplies.NoRecipients);
            return;
        }

        var (sink, refusal) = await _service.DataAsync(Info, cancel);
        if (sink is null)
        {
            Answer(refusal!);
            await ResetAsync();
            return;
        }

        _content = new IncomingContent(sink, new DataReader(_service.NewlineMode), _service.MaxMessageBytes);
        _transport.Write(SmtpReplies.GoAhead);
        for (var ended = false; !ended;)
        {
            if (_transport.Buffer.IsEmpty)
            {
                await WaitAsync(_options.DataTimeout, mayStop: false);
                if (_end is not null)
                {
                    return;
                }
            }

            ended = _content.Read(_transport.Buffer, out var read);
            _transport.Consume(read);
            Info.Quirks |= await _content.HandOnAsync(_eightBit, cancel);
        }

        if (_service.NewlineMode == NewlineMode.LfOnly)
        {
            // Nothing may be smuggled behind an end that other servers do not see as one.
            _end = SessionEnd.Quit;
        }

        await FinishAsync(_content, cancel);
    }

    /// <summary>All of the content has come: the message is taken or refused, and the transaction is over.</summary>
    private async ValueTask FinishAsync(IncomingContent content, CancellationToken cancel)
    {
        Info.Quirks |= await content.CompleteAsync(_eightBit, cancel);
        var reply = content.IsTooLarge ? Refused(SizeWords.TooLarge(_service.MaxMessageBytes), "size")
            : content.HadBareNewline && _service.NewlineMode == NewlineMode.Reject ? Refused(SmtpReplies.BareNewline, "bare newline")
            : await content.Sink.CompleteAsync(cancel);
        if (reply.IsPositive)
        {
            (_errors, _idleCommands) = (0, 0);
        }

        Answer(reply);
        await ResetAsync();
    }

    /// <summary>The client fell silent or went away within a message: told as a refusal of it, or nobody would know. Null where none is under way.</summary>
    private Reply? UnendedMessage(bool isTimeOut)
    {
        if (_content is null || _chunkFailure is not null)
        {
            return null;
        }

        Info.Quirks |= _content.Newlines;
        if (_transport.IsStopping && !isTimeOut)
        {
            return Refused(SmtpReplies.Stopped(_options.HostName), "stopped in the message");
        }

        return !isTimeOut ? Refused(SmtpReplies.CutOff(_options.HostName, _content.HadBareEnd), "cut off in the message")
            : Refused(_content.HadBareEnd ? SmtpReplies.NoEnd(_options.HostName) : SmtpReplies.TimedOut(_options.HostName), "time-out in the message");
    }
}
