namespace HveRelay.Smtp.Client;

/// <summary>
/// One mail transaction with an outcome for every recipient. The same steps with and without PIPELINING: pipelined, all
/// commands have been said before the first reply is heard, and every reply has to be heard.
/// </summary>
internal sealed class Transaction(Dialogue dialogue, ServerKeywords keywords, MailTransaction message, CancellationToken cancel)
{
    private readonly RecipientResult?[] _outcomes = new RecipientResult?[message.Recipients.Count];
    private readonly bool[] _taken = new bool[message.Recipients.Count];

    /// <summary>The server has a transaction open that did not come to its end: RSET before the next.</summary>
    public bool LeftOpen { get; private set; }

    public async Task<IReadOnlyList<RecipientResult>> RunAsync(bool reset)
    {
        var commands = message.Recipients.Select(TransactionCommands.Rcpt)
            .Prepend(TransactionCommands.Mail(message, keywords))
            .Append(TransactionCommands.Data);
        var group = TransactionCommands.Group(reset ? commands.Prepend(TransactionCommands.Reset) : commands);
        try
        {
            return await RunAsync(group, reset);
        }
        catch
        {
            // Cancelled, or a bug: the next message must not hear the replies of this one.
            await dialogue.BreakAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<RecipientResult>> RunAsync(byte[] group, bool reset)
    {
        if (keywords.Pipelining)
        {
            dialogue.Say(group);
        }

        if (await EnvelopeAsync(reset) is { } refused)
        {
            return End(refused);
        }

        if (_taken.Contains(true) || keywords.Pipelining)
        {
            await DataAsync();
        }

        return Outcomes();
    }

    /// <summary>MAIL and RCPT. A failure is for all recipients that have none of their own, and ends the transaction.</summary>
    private async Task<SmtpFailure?> EnvelopeAsync(bool reset)
    {
        if (reset && await AskAsync(Stage.Mail, TransactionCommands.Reset) is { IsGood: false } notReset)
        {
            // RSET cannot fail (RFC 5321 section 4.1.1.5): what the server thinks is open now, nobody knows.
            await dialogue.BreakAsync();
            return notReset.At(Stage.Mail);
        }

        var mail = await AskAsync(Stage.Mail, TransactionCommands.Mail(message, keywords));
        if (!mail.IsGood)
        {
            var failure = mail.At(Stage.Mail);
            if (!dialogue.IsUsable || !keywords.Pipelining)
            {
                return failure;
            }

            Undecided(failure);
        }

        LeftOpen = mail.IsGood;
        for (var i = 0; i < _taken.Length; i++)
        {
            var rcpt = await AskAsync(Stage.Rcpt, TransactionCommands.Rcpt(message.Recipients[i]));
            if (!dialogue.IsUsable)
            {
                return rcpt.At(Stage.Rcpt);
            }

            _taken[i] = rcpt.IsGood;
            if (!rcpt.IsGood)
            {
                _outcomes[i] ??= new RecipientResult.NotSent(rcpt.At(Stage.Rcpt));
            }
        }

        return null;
    }

    private async Task DataAsync()
    {
        var data = await AskAsync(Stage.Data, TransactionCommands.Data);
        if (!data.IsGood)
        {
            Undecided(data.At(Stage.Data));
            return;
        }

        if (!_taken.Contains(true))
        {
            // RFC 2920 section 3.1: 354 although nobody was accepted. The dot alone, and whatever comes of it is ignored.
            dialogue.Say(Command.Line("."));
            await dialogue.HearAsync(Stage.Content, cancel);
            LeftOpen = false;
            return;
        }

        if (Array.TrueForAll(_outcomes, outcome => outcome is not null))
        {
            // MAIL was refused, yet somebody was accepted and DATA too: a dot would deliver an empty message.
            await dialogue.BreakAsync();
            return;
        }

        var ended = await new ContentPhase(dialogue, message, cancel).RunAsync();
        LeftOpen = false;
        for (var i = 0; i < _outcomes.Length; i++)
        {
            _outcomes[i] ??= ended;
        }
    }

    private async ValueTask<Heard> AskAsync(Stage stage, string command) =>
        keywords.Pipelining ? await dialogue.HearAsync(stage, cancel) : await dialogue.AskAsync(stage, command, cancel);

    private RecipientResult[] End(SmtpFailure failure)
    {
        Undecided(failure);
        return Outcomes();
    }

    private void Undecided(SmtpFailure failure)
    {
        foreach (ref var outcome in _outcomes.AsSpan())
        {
            outcome ??= new RecipientResult.NotSent(failure);
        }
    }

    private RecipientResult[] Outcomes() => Array.ConvertAll(_outcomes, outcome => outcome!);
}
