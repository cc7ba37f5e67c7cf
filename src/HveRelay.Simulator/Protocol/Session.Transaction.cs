namespace HveRelay.Simulator;

/// <summary>MAIL and RCPT: one envelope.</summary>
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
        else if (!_options.IsSmarthost
            && (sender.Address.Length == 0 || !sender.Address.Equals(transaction.Account, StringComparison.OrdinalIgnoreCase)))
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
}
