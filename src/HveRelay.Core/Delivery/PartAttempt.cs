using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;
using Microsoft.Extensions.Logging;

namespace HveRelay.Delivery;

/// <summary>
/// One attempt to send one part. The order is what promise 3 rests on: connect, then record the attempt and reserve its recipients
/// (durable), then the transaction, then record what came of it (durable).
/// </summary>
internal sealed class PartAttempt(
    SenderPlan plan,
    DuePart part,
    DeliveryContext context,
    AccountCircuit circuit,
    ConnectionPool pool,
    ConnectionGate sending,
    TakeOver takeOver,
    Action<Priority, string, DateTimeOffset> noQuota,
    Func<Priority, bool> isUsedUp,
    CancellationToken abort)
{
    /// <summary>The wait between two tries to record what happened: it must be recorded, or the message would go again.</summary>
    private static readonly TimeSpan RecordAgain = TimeSpan.FromSeconds(1);

    private AttemptGrant.Granted? _grant;
    private IReadOnlyList<string> _rewriting = [];

    /// <summary>The circuit tries a throttled transaction once more, which counts as one more message.</summary>
    private bool _isSecondTry;

    /// <summary>Null where nothing but connections holds it up.</summary>
    public Pace? Pace { get; init; }

    private async ValueTask<AttemptTerms> TermsAsync()
    {
        var terms = new AttemptTerms(context.Options.WhenUnsure, takeOver.GoesOtherwise(plan, part.Lane));
        if (context.Clock.GetUtcNow() < part.Envelope.ExpiresAt)
        {
            return terms;
        }

        try
        {
            return await context.Store.FindAsync(part.Envelope.Id, CancellationToken.None) is { } record
                ? terms with { FailedBefore = EarlierFailures.Of(record, part.Number, context.Replies) }
                : terms;
        }
        catch (StoreException trouble)
        {
            // Then it is not ended this time.
            context.Alarm.Raise(trouble);
            return terms;
        }
    }

    public async Task RunAsync()
    {
        SendResult result;
        try
        {
            await sending.EnterAsync(abort);
            try
            {
                result = Pace?.TryTake() == false ? new SendResult.NotTried() : await circuit.ExecuteAsync(SendAsync, abort);
            }
            finally
            {
                sending.Leave();
            }
        }
        catch (OperationCanceledException)
        {
            result = CutShort("The relay was shut down during the attempt");
        }
        catch (Exception bug) when (_grant is not null)
        {
            // The attempt is open: left so, its part would never be taken again, and its recipients would stay reserved.
            Tell(bug, "the transaction broke");
            var failure = new SmtpFailure(Stage.FinalDot, null, Breakage.Closed, $"The relay broke during the attempt: {bug.Message}");
            result = new SendResult.Attempted(_grant.AttemptId, [.. Enumerable.Repeat(new RecipientResult.Unsure(failure), _grant.Recipients)]);
        }

        switch (result)
        {
            case SendResult.Attempted attempted:
                await EndAsync(attempted.AttemptId, AttemptVerdicts.Of(
                    part, attempted.Results, context.Schedule, context.Replies, context.Clock.GetUtcNow(), await TermsAsync()));
                break;
            case SendResult.NoConnection none:
                await EndWithoutConnectionAsync(none.Failure);
                break;
            case SendResult.NoQuota quota:
                noQuota(part.Envelope.Priority, quota.Scope, quota.Until);
                break;
            default:
                await GiveBackAsync(null);
                break;
        }
    }

    /// <summary>Connects where no warm connection is left, reserves, and runs the transaction.</summary>
    private async ValueTask<SendResult> SendAsync(CancellationToken cancel)
    {
        if (_isSecondTry && Pace is not null)
        {
            await Pace.WaitAsync(cancel);
        }

        _isSecondTry = true;
        if (_grant is null && (context.Board.IsPaused(plan.Account) || context.Board.IsGone(plan.Account) || isUsedUp(part.Envelope.Priority)))
        {
            return new SendResult.NotTried();
        }

        var isRenewed = false;
        while (true)
        {
            var generation = pool.Generation;
            var connection = await pool.TakeAsync();
            var isWarm = connection is not null;
            if (connection is null)
            {
                switch (await context.Upstream.ConnectAsync(plan.Account, cancel))
                {
                    case ConnectResult.Connected connected:
                        connection = connected.Connection;
                        pool.Opened();
                        break;
                    case ConnectResult.Failed failed:
                        return new SendResult.NoConnection(failed.Failure);
                    case ConnectResult.Gone:
                        return CutShort("The configuration has the account no more");
                }
            }

            await using var loan = new Loan(pool, connection!, generation);
            if (_grant is null)
            {
                switch (await BeginAsync(cancel))
                {
                    case AttemptGrant.Granted granted:
                        _grant = granted;
                        break;
                    case AttemptGrant.Exhausted exhausted:
                        return new SendResult.NoQuota(exhausted.Scope, exhausted.Until);
                    default:
                        return new SendResult.NotTried();
                }
            }

            MailTransaction message;
            try
            {
                (message, _rewriting) = await OutboundContent.OpenAsync(context, plan, part, _grant.Recipients, cancel);
            }
            catch (Exception unreadable) when (unreadable is not OperationCanceledException)
            {
                Tell(unreadable, "the message cannot be made ready to be sent");
                return new SendResult.Attempted(_grant.AttemptId, AllFailed(new SmtpFailure(
                    Stage.Mail, null, Breakage.ContentUnreadable, $"The message cannot be read from the queue: {unreadable.Message}")));
            }

            var results = await connection!.SendAsync(message, cancel);
            if (isWarm && results.All(IsStale))
            {
                // The next hop closed it while it was idle: that says nothing about the message.
                continue;
            }

            if (!isRenewed && results.All(WantsNewToken))
            {
                // Once: the connection is gone with its token, and the next one has a new token.
                isRenewed = true;
                continue;
            }

            return new SendResult.Attempted(_grant.AttemptId, results);
        }
    }

    private ValueTask<AttemptGrant> BeginAsync(CancellationToken cancel) => context.Store.BeginAsync(
        new AttemptStart(part.Lease, plan.Account, [.. part.Recipients.Select(recipient => recipient.Number)], plan.RulesOf(part.Envelope), context.Clock.GetUtcNow()),
        cancel);

    private static bool IsStale(RecipientResult result) => result is RecipientResult.NotSent
    {
        Failure: { Stage: Stage.Mail, Breakage: Breakage.Closed } or { Stage: Stage.Mail, Reply.Code: 421 },
    };

    private bool WantsNewToken(RecipientResult result) =>
        result is RecipientResult.NotSent failed && context.Replies.Classify(failed.Failure).Class == ReplyClass.NewToken;

    /// <summary>For a reason of ours. Before the attempt began nothing happened; during it, it is as if the connection had broken.</summary>
    private SendResult CutShort(string why) => _grant is null
        ? new SendResult.NotTried()
        : new SendResult.Attempted(_grant.AttemptId, AllFailed(new SmtpFailure(Stage.Content, null, Breakage.Closed, why)));

    private IReadOnlyList<RecipientResult> AllFailed(SmtpFailure failure) =>
        [.. Enumerable.Repeat(new RecipientResult.NotSent(failure), _grant!.Recipients)];

    /// <summary>What failed before the first command is an attempt too: people ask why, and find the reply here.</summary>
    private async Task EndWithoutConnectionAsync(SmtpFailure failure)
    {
        switch (_grant ?? await BeginAsync(CancellationToken.None))
        {
            case AttemptGrant.Granted granted:
                await EndAsync(granted.AttemptId, AttemptVerdicts.OfNoConnection(
                    part with { Recipients = [.. part.Recipients.Take(granted.Recipients)] }, failure, context.Schedule, context.Replies, context.Clock.GetUtcNow(), await TermsAsync()));
                break;
            case AttemptGrant.Exhausted exhausted:
                noQuota(part.Envelope.Priority, exhausted.Scope, exhausted.Until);
                break;
        }
    }

    /// <summary>Puts the part back as it was, or due at a time.</summary>
    public Task GiveBackAsync(DateTimeOffset? dueAt) =>
        RecordAsync(() => context.Store.ReleaseAsync([part.Lease], dueAt, CancellationToken.None));

    private async Task EndAsync(long attemptId, AttemptVerdicts verdicts)
    {
        var end = new AttemptEnd(attemptId, part.Lease, context.Clock.GetUtcNow(), [.. verdicts.Ends.Select(verdict => verdict.End)]) { Rewriting = _rewriting };
        var lines = new AttemptLines(context, part, plan.Account);
        lines.Unsure(verdicts);
        var isOurs = false;
        var isRecorded = await RecordAsync(async () => isOurs = await context.Store.CompleteAsync(end, CancellationToken.None));
        if (verdicts.Trouble is { } trouble)
        {
            context.Board.Fails(plan.Account, trouble.Verdict, trouble.Words, circuit.OpenUntil);
        }
        else if (verdicts.Ends.Any(verdict => verdict.End.Outcome is Outcome.Relayed or Outcome.Failed))
        {
            context.Board.Works(plan.Account);
        }

        if (!isRecorded || !isOurs)
        {
            lines.NotRecorded(verdicts, isRecorded
                ? "another node took the part over meanwhile, since this one seemed to be dead"
                : "the relay had to stop before the queue took this down; the next start finds the attempt open");
            return;
        }

        lines.Ended(verdicts);
    }

    /// <summary>
    /// Until the store takes it: what happened and is not recorded would happen again. A relay that has to stop tries once more and
    /// leaves it to the next start, which takes the attempt for unsure. False then.
    /// </summary>
    private async Task<bool> RecordAsync(Func<ValueTask> record)
    {
        while (true)
        {
            var isLast = abort.IsCancellationRequested;
            try
            {
                await record();
                return true;
            }
            catch (Exception failed)
            {
                Tell(failed, "what became of it cannot be recorded and is tried again");
                if (isLast)
                {
                    return false;
                }

                await Task.Delay(RecordAgain, context.Clock, abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell(Exception failed, string what)
    {
        if (failed is StoreException trouble)
        {
            context.Alarm.Raise(trouble);
        }
        else
        {
            context.Logger.LogError(failed, "{Id}: {What}", part.Envelope.Id.ToString(), what);
        }
    }

    /// <summary>A connection on loan: however the transaction ends, it goes back to the pool, which closes it where it broke.</summary>
    private readonly struct Loan(ConnectionPool pool, IUpstreamConnection connection, int generation) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => pool.GiveBackAsync(connection, generation);
    }
}
