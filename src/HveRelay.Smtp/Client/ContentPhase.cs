namespace HveRelay.Smtp.Client;

/// <summary>
/// From 354 to the reply to the final dot. The reply is listened for from the first octet on, so that a server that refuses or
/// hangs up early is noticed. Up to the dot every failure means that nothing was delivered; from the moment that the dot is
/// handed to the transport only a reply says what happened.
/// </summary>
internal sealed class ContentPhase(Dialogue dialogue, MailTransaction message, CancellationToken cancel)
{
    private const int BlockSize = 32 * 1024;

    private readonly byte[] _block = new byte[BlockSize];
    private DotStuffer _stuffer = new();
    private int _used;
    private Task<Heard> _reply = Task.FromResult(default(Heard));
    private SmtpFailure? _failure;

    public async Task<RecipientResult> RunAsync()
    {
        _reply = dialogue.ListenAsync();
        try
        {
            await ContentAsync();
            cancel.ThrowIfCancellationRequested();
        }
        catch
        {
            // Cancelled, or a bug. Without a dot: a message cut short must not be accepted.
            await dialogue.BreakAsync();
            throw;
        }

        return _failure is null ? await FinalDotAsync() : new RecipientResult.NotSent(_failure);
    }

    private async Task ContentAsync()
    {
        if (!await AddAsync(message.Header))
        {
            return;
        }

        await using var pieces = PiecesAsync().GetAsyncEnumerator(cancel);
        while (await ReadAsync(pieces))
        {
            if (!await AddAsync(pieces.Current))
            {
                return;
            }
        }

        if (_failure is not null)
        {
            return;
        }

        if (BlockSize - _used < DotStuffer.LeastRoom || _reply.IsCompleted)
        {
            await FlushAsync();
        }
    }

    /// <summary>An iterator of ours, so that opening and closing the caller's fail in the same place as reading it.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesAsync()
    {
        await foreach (var piece in message.Body(cancel))
        {
            yield return piece;
        }
    }

    /// <summary>False at the end, and where the caller's content cannot be read.</summary>
    private async ValueTask<bool> ReadAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> pieces)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception unreadable)
        {
            await dialogue.BreakAsync();
            cancel.ThrowIfCancellationRequested();
            _failure = new SmtpFailure(
                Stage.Content, null, Breakage.ContentUnreadable, $"The message could not be read: {Printable.Of(unreadable.Message)}");
            return false;
        }
    }

    /// <summary>False when it failed and <see cref="_failure"/> says how.</summary>
    private async ValueTask<bool> AddAsync(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            _used += _stuffer.Write(piece.Span, _block.AsSpan(_used), out var consumed);
            piece = piece[consumed..];
            if (!piece.IsEmpty && !await FlushAsync())
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> FlushAsync()
    {
        using var limit = new CancellationTokenSource(dialogue.Timeouts.Content, dialogue.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            if (!_reply.IsCompleted)
            {
                var writing = dialogue.WriteAsync(_block.AsMemory(0, _used), either.Token);
                await Task.WhenAny(writing, _reply);
                if (!_reply.IsCompleted && await writing)
                {
                    _used = 0;
                    return true;
                }
            }

            _failure = await EarlyAsync(await _reply.WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _failure = new SmtpFailure(
                Stage.Content, null, Breakage.TimedOut, $"The server took no content for {dialogue.Timeouts.Content}.");
        }

        await dialogue.BreakAsync();
        return false;
    }

    /// <summary>A reply before the dot: a refusal, or nothing that can be one.</summary>
    private async ValueTask<SmtpFailure> EarlyAsync(Heard heard) =>
        heard.IsGood
            ? new SmtpFailure(Stage.Content, null, Breakage.Garbage, $"The server answered before the end of the message: \"{heard.Reply}\".")
            : (await dialogue.JudgeAsync(Stage.Content, heard)).At(Stage.Content);

    private async Task<RecipientResult> FinalDotAsync()
    {
        var started = dialogue.Clock.GetTimestamp();
        using var limit = new CancellationTokenSource(dialogue.Timeouts.FinalDot, dialogue.Clock);
        await using var shorter = cancel.UnsafeRegister(_ => limit.CancelAfter(Rest(started)), null);

        _used += _stuffer.Finish(_block.AsSpan(_used));
        dialogue.Say(_block.AsMemory(0, _used));
        Heard heard;
        try
        {
            heard = await dialogue.JudgeAsync(Stage.FinalDot, await _reply.WaitAsync(limit.Token));
        }
        catch (OperationCanceledException)
        {
            await dialogue.BreakAsync();
            heard = Heard.TimedOut("The server did not answer the end of the message in time: whether it took it is not known.");
        }

        return heard.Reply switch
        {
            null => new RecipientResult.Unsure(heard.At(Stage.FinalDot)),
            { IsPositive: true } reply => new RecipientResult.Accepted(reply),
            _ => new RecipientResult.NotSent(heard.At(Stage.FinalDot)),
        };
    }

    /// <summary>After cancellation: the shorter bound, and never more than was left.</summary>
    private TimeSpan Rest(long started)
    {
        var left = dialogue.Timeouts.FinalDot - dialogue.Clock.GetElapsedTime(started);
        var rest = left < dialogue.Timeouts.FinalDotAfterCancel ? left : dialogue.Timeouts.FinalDotAfterCancel;
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
