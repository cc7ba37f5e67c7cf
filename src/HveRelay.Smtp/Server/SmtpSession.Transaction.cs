using System.Text;

namespace HveRelay.Smtp.Server;

/// <content>The mail transaction: MAIL, RCPT, DATA (RFC 5321 section 3.3).</content>
public sealed partial class SmtpSession
{
    /// <summary>Octets gathered before they are handed on.</summary>
    private const int Gather = 64 * 1024;

    /// <summary>The transaction's BODY=8BITMIME.</summary>
    private bool _eightBit;

    private async ValueTask MailAsync(string argument, CancellationToken cancel)
    {
        if (NeedsTls)
        {
            Refuse(SmtpReplies.NeedTls, "tls required");
            return;
        }

        if (!Ascii.IsValid(argument))
        {
            Refuse(SmtpReplies.NotAscii, "non-ascii address");
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
            _eightBit = command.EightBit;
        }

        Answer(reply);
    }

    private async ValueTask RcptAsync(string argument, CancellationToken cancel)
    {
        _state = _state == SessionState.Mail ? SessionState.Refused : _state;
        if (!Ascii.IsValid(argument))
        {
            Refuse(SmtpReplies.NotAscii, "non-ascii address");
            return;
        }

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

        await using (sink)
        {
            _transport.Write(SmtpReplies.GoAhead);
            if (await ReceiveAsync(sink, cancel) is { } reply)
            {
                if (reply.IsPositive)
                {
                    (_errors, _idleCommands) = (0, 0);
                }

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
        for (var ended = false; !ended;)
        {
            if (_transport.Buffer.IsEmpty)
            {
                await WaitAsync(_options.DataTimeout, mayStop: false);
                if (_end is not null)
                {
                    return null;
                }
            }

            ended = ReadContent(reader, gathered);
            if (gathered.Length >= Gather || (ended && gathered.Length > 0))
            {
                length += gathered.Length;
                Info.Quirks |= _eightBit || Ascii.IsValid(gathered.Written.Span) ? Quirks.None : Quirks.UndeclaredEightBit;
                if (limit == 0 || length <= limit)
                {
                    await sink.WriteAsync(gathered.Written, cancel);
                }

                gathered.Clear();
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

    /// <summary>Reads what has come, up to the end of the message or until enough is gathered. True at the end of the message.</summary>
    private bool ReadContent(DataReader reader, PooledBuffer gathered)
    {
        var read = 0L;
        var ended = false;
        foreach (var segment in _transport.Buffer)
        {
            ended = reader.Read(segment.Span, gathered, out var consumed);
            read += consumed;
            if (ended || gathered.Length >= Gather)
            {
                break;
            }
        }

        _transport.Consume(read);
        return ended;
    }
}
