namespace HveRelay.Simulator;

/// <summary>MAIL, RCPT, DATA and BDAT: one message.</summary>
internal sealed partial class Session
{
    private static readonly string[] DsnOfMail = ["RET", "ENVID"];
    private static readonly string[] DsnOfRcpt = ["NOTIFY", "ORCPT"];

    private Transaction? _transaction;

    private async ValueTask MailAsync(string argument)
    {
        if (_transaction is not null)
        {
            await RefuseAsync(HveReplies.SenderAlready);
            return;
        }

        if (CommandText.Envelope(argument, "FROM:") is not { } sender || (sender.Address.Length > 0 && !Mailbox.IsValid(sender.Address)))
        {
            await RefuseAsync(HveReplies.InvalidSender, argument);
            return;
        }

        if (await FaultedAsync(FaultStage.Mail))
        {
            return;
        }

        if (_options.RequireAuthentication && _account is null)
        {
            await RefuseAsync(HveReplies.NotAuthenticated, sender.Address);
            return;
        }

        var transaction = new Transaction(_account ?? sender.Address, sender.Address, _server.Clock.GetUtcNow());
        if (sender.Parameters.Select(parameter => Refusal(transaction, parameter)).FirstOrDefault(reply => reply is not null) is { } wrong)
        {
            await RefuseAsync(wrong, sender.Address);
        }
        else if (_options.MaxMessageBytes > 0 && transaction.DeclaredSize > _options.MaxMessageBytes)
        {
            await RefuseForLimitAsync(HveReplies.TooLarge, sender.Address);
        }
        else if (sender.Address.Length == 0 || !sender.Address.Equals(transaction.Account, StringComparison.OrdinalIgnoreCase))
        {
            await RefuseAsync(HveReplies.SenderNotAccount, sender.Address);
        }
        else
        {
            _transaction = transaction;
            _server.Tally.Transaction();
            Say(HveReplies.SenderOk);
        }
    }

    /// <summary>Takes a parameter of MAIL in, or says why not.</summary>
    private string? Refusal(Transaction transaction, (string Keyword, string? Value) parameter)
    {
        switch (parameter.Keyword)
        {
            case "SIZE" when _esmtp && Offers("SIZE"):
                transaction.DeclaredSize = CommandText.Octets(parameter.Value);
                return transaction.DeclaredSize is null ? HveReplies.InvalidArguments : null;
            case "BODY" when _esmtp && Offers("8BITMIME"):
                transaction.BodyParameter = parameter.Value?.ToUpperInvariant();
                return transaction.BodyParameter is "7BIT" or "8BITMIME" ? null : HveReplies.InvalidArguments;
            case "AUTH" when _esmtp && _account is not null:
                return parameter.Value is null ? HveReplies.InvalidArguments : null;    // RFC 4954 section 5
            default:
                return _esmtp && Offers("DSN") && DsnOfMail.Contains(parameter.Keyword) ? null : HveReplies.UnsupportedOption;
        }
    }

    private async ValueTask RcptAsync(string argument)
    {
        if (CommandText.Envelope(argument, "TO:") is not { } recipient || !Mailbox.IsValid(recipient.Address))
        {
            await RefuseAsync(HveReplies.InvalidRecipient, argument);
            return;
        }

        if (await FaultedAsync(FaultStage.Rcpt, [recipient.Address]))
        {
            return;
        }

        var accepted = _transaction!.Recipients;
        if (recipient.Parameters.Any(parameter => !_esmtp || !Offers("DSN") || !DsnOfRcpt.Contains(parameter.Keyword)))
        {
            await RefuseAsync(HveReplies.UnsupportedOption, recipient.Address);
        }
        else if (_server.Accounts.RefusalOfRecipient(recipient.Address) is { } refusal)
        {
            await RefuseAsync(refusal, recipient.Address);
        }
        else if (_options.MaxRecipientsPerMessage > 0 && accepted.Count >= _options.MaxRecipientsPerMessage)
        {
            await RefuseForLimitAsync(HveReplies.TooManyRecipients, recipient.Address);
        }
        else
        {
            accepted.Add(recipient.Address);
            Say(HveReplies.RecipientOk);
        }
    }

    private async ValueTask DataAsync(string argument)
    {
        var transaction = _transaction!;
        if (argument.Length > 0)
        {
            await RefuseAsync(HveReplies.InvalidArguments);
            return;
        }

        if (transaction.Content is not null)
        {
            await RefuseAsync(HveReplies.BadSequence);    // RFC 3030 section 2: BDAT and DATA do not mix
            return;
        }

        if (await FaultedAsync(FaultStage.Data, transaction.Recipients))
        {
            return;
        }

        Say(HveReplies.StartInput);
        transaction.Content = NewContent();
        if (await ReceiveAsync(transaction, transaction.Content))
        {
            await FinishAsync(transaction, transaction.Content);
        }
    }

    /// <summary>False: the connection ended before the final dot.</summary>
    private async ValueTask<bool> ReceiveAsync(Transaction transaction, ContentSink content)
    {
        var reader = new DotReader(content);
        var fault = _server.Faults.Take(FaultStage.Content, _account, transaction.Recipients);
        var pause = TimeSpan.Zero;
        while (true)
        {
            if (fault is not null && content.Length >= fault.After)
            {
                pause = fault.Action == FaultAction.Slow ? fault.Pause : pause;
                if (await ActAsync(fault))
                {
                    _ending = _ending == Ending.None && fault.Action == FaultAction.Reply ? Ending.Close : _ending;
                }

                _wire.Pace = null;
                fault = null;
                if (_ending != Ending.None)
                {
                    return false;
                }
            }

            var room = fault is null ? _wire.Buffered.Length : (int)Math.Min(_wire.Buffered.Length, fault.After - content.Length);
            var ended = reader.Take(_wire.Buffered[..room], out var consumed);
            _wire.Consume(consumed);
            if (ended)
            {
                _transcript.FromClient($"({content.Length} octets of content and the final dot)");
                transaction.Notes.AddRange(reader.SawLoneDot ? ["A line begins with a dot that was not doubled"] : []);
                return true;
            }

            if (!_wire.Buffered.IsEmpty)
            {
                continue;
            }

            if (pause > TimeSpan.Zero)
            {
                await _wire.FlushAsync();
                await Task.Delay(pause, _server.Clock, _server.Stopped);
            }

            if (!await _wire.FillAsync())
            {
                _transcript.FromClient($"({content.Length} octets of content without the final dot)");
                PartWithoutQuit();
                return false;
            }
        }
    }

    /// <summary>RFC 3030 section 2. The octets follow whatever the answer is.</summary>
    private async ValueTask BdatAsync(string argument)
    {
        var (octets, last) = CommandText.Split(argument);
        if (!Offers("CHUNKING") || CommandText.Octets(octets) is not { } left || last is not ("" or "LAST" or "last"))
        {
            // How many octets follow cannot be known: the connection is of no use any more.
            await RefuseAsync(Offers("CHUNKING") ? HveReplies.InvalidArguments : HveReplies.NotImplemented);
            _ending = Ending.Close;
            return;
        }

        var content = _transaction?.Content;
        if (content is null)
        {
            _ = _hash.GetHashAndReset();    // what a transaction that was given up has left
            content = NewContent();
            _transaction?.Content = content;
        }

        while (left > 0)
        {
            var some = (int)Math.Min(left, _wire.Buffered.Length);
            content.Write(_wire.Buffered[..some]);
            _wire.Consume(some);
            left -= some;
            if (left > 0 && !await _wire.FillAsync())
            {
                PartWithoutQuit();
                return;
            }
        }

        if (Missing(Needs.Recipient) is { } missing)
        {
            await RefuseAsync(missing);
        }
        else if (!await FaultedAsync(FaultStage.Data, _transaction!.Recipients))
        {
            await (last.Length > 0 ? FinishAsync(_transaction, content) : SayAsync(HveReplies.Ok));
        }
    }

    private ContentSink NewContent() => new(_hash, _options.KeepContent, _options.MaxMessageBytes);
}
