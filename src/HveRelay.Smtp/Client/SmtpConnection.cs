namespace HveRelay.Smtp.Client;

/// <summary>What opening a connection came to.</summary>
public abstract record SmtpOpening
{
    private SmtpOpening()
    {
    }

    public sealed record Opened(SmtpConnection Connection) : SmtpOpening;

    public sealed record Failed(SmtpFailure Failure) : SmtpOpening;
}

/// <summary>
/// An SMTP client's side of one connection (RFC 5321), over a transport that somebody else opened. One transaction at a time.
/// Disposing says QUIT and closes the transport.
/// </summary>
public sealed class SmtpConnection : IAsyncDisposable
{
    private readonly Dialogue _dialogue;
    private bool _reset;

    private SmtpConnection(Dialogue dialogue, ServerKeywords keywords)
    {
        _dialogue = dialogue;
        Keywords = keywords;
    }

    /// <summary>What the server offers, as it said over TLS where there is TLS.</summary>
    public ServerKeywords Keywords { get; }

    /// <summary>Version and cipher suite, for example <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>; null without TLS.</summary>
    public string? Tls => _dialogue.Tls;

    /// <summary>In words: for whom, by whom, from when to when. Null without TLS.</summary>
    public string? Certificate => _dialogue.Certificate;

    /// <summary>False once it broke, or the server said 421.</summary>
    public bool IsUsable => _dialogue.IsUsable;

    /// <summary>Greeting, EHLO, STARTTLS, AUTH. The transport is ours from here on and closed on failure.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<SmtpOpening> OpenAsync(
        Stream transport, SmtpConnectionOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var dialogue = new Dialogue(transport, options, clock);
        var opened = false;
        try
        {
            var opening = new Opening(dialogue, options, cancel);
            var failure = await opening.RunAsync();
            opened = failure is null;
            return failure is null
                ? new SmtpOpening.Opened(new SmtpConnection(dialogue, opening.Keywords))
                : new SmtpOpening.Failed(failure);
        }
        finally
        {
            if (!opened)
            {
                await dialogue.DisposeAsync();
            }
        }
    }

    /// <summary>One transaction; the outcomes stand in the order of the recipients.</summary>
    /// <exception cref="OperationCanceledException">
    /// The caller cancelled before the final dot: nothing was delivered, the connection is gone. After the dot cancelling only
    /// shortens the wait for the reply.
    /// </exception>
    /// <exception cref="ArgumentException">No recipient, or an address with a control character: a bug, and nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The connection is not usable.</exception>
    public async Task<IReadOnlyList<RecipientResult>> SendAsync(MailTransaction message, CancellationToken cancel)
    {
        if (message.Recipients.Count == 0)
        {
            throw new ArgumentException("A message without recipients.", nameof(message));
        }

        if (!IsUsable)
        {
            throw new InvalidOperationException("The connection is not usable any more.");
        }

        cancel.ThrowIfCancellationRequested();
        var transaction = new Transaction(_dialogue, Keywords, message, cancel);
        var outcomes = await transaction.RunAsync(_reset);
        _reset = transaction.LeftOpen;
        return outcomes;
    }

    /// <summary>MAIL and RCPT as for a message, then RSET: nothing is sent. Null where both are taken.</summary>
    /// <param name="recipient">Null: MAIL alone.</param>
    public async Task<SmtpFailure?> RehearseAsync(string reversePath, string? recipient, CancellationToken cancel)
    {
        string[] commands = recipient is null ? [$"MAIL FROM:<{reversePath}>"] : [$"MAIL FROM:<{reversePath}>", TransactionCommands.Rcpt(recipient)];
        SmtpFailure? failure = null;
        for (var i = 0; i < commands.Length && failure is null; i++)
        {
            var stage = i == 0 ? Stage.Mail : Stage.Rcpt;
            var heard = await _dialogue.AskAsync(stage, commands[i], cancel);
            failure = heard.IsGood ? null : heard.At(stage);
        }

        if (IsUsable && !(await _dialogue.AskAsync(Stage.Mail, TransactionCommands.Reset, cancel)).IsGood)
        {
            await _dialogue.BreakAsync();
        }

        return failure;
    }

    public ValueTask DisposeAsync() => _dialogue.DisposeAsync();
}
