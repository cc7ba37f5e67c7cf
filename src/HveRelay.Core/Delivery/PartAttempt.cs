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
    SemaphoreSlim sending,
    Action<Priority, string, DateTimeOffset> noQuota)
{
    /// <summary>The wait between two tries to record what happened: it must be recorded, or the message would go again.</summary>
    private static readonly TimeSpan RecordAgain = TimeSpan.FromSeconds(1);

    private AttemptGrant.Granted? _grant;

    private string PartName => $"{part.Number}/{part.Of}";

    public async Task RunAsync(CancellationToken abort)
    {
        SendResult result;
        try
        {
            await sending.WaitAsync(abort);
            try
            {
                result = await circuit.ExecuteAsync(SendAsync, abort);
            }
            finally
            {
                sending.Release();
            }
        }
        catch (OperationCanceledException)
        {
            result = Stopped();
        }

        switch (result)
        {
            case SendResult.Attempted attempted:
                await EndAsync(attempted.AttemptId, AttemptVerdicts.Of(part, attempted.Results, context.Schedule, context.Replies, context.Clock.GetUtcNow()));
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
        if (_grant is null && (context.Board.IsPaused(plan.Account) || context.Board.IsGone(plan.Account)))
        {
            return new SendResult.NotTried();
        }

        var isRenewed = false;
        while (true)
        {
            var connection = await pool.TakeAsync();
            var isWarm = connection is not null;
            if (connection is null)
            {
                switch (await context.Upstream.ConnectAsync(plan.Account, cancel))
                {
                    case ConnectResult.Connected connected:
                        connection = connected.Connection;
                        context.Board.Connected(plan.Account, 1);
                        break;
                    case ConnectResult.Failed failed:
                        return new SendResult.NoConnection(failed.Failure);
                }
            }

            await using var loan = new Loan(pool, connection!);
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
                message = await OutboundContent.OpenAsync(context, plan, part, _grant.Recipients, cancel);
            }
            catch (StoreException unreadable)
            {
                context.Alarm.Raise(unreadable);
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

    /// <summary>The relay is shutting down. Before the attempt began nothing happened; during it, it is as if the connection had broken.</summary>
    private SendResult Stopped() => _grant is null
        ? new SendResult.NotTried()
        : new SendResult.Attempted(
            _grant.AttemptId, AllFailed(new SmtpFailure(Stage.Content, null, Breakage.Closed, "The relay was shut down during the attempt")));

    private IReadOnlyList<RecipientResult> AllFailed(SmtpFailure failure) =>
        [.. Enumerable.Repeat(new RecipientResult.NotSent(failure), _grant!.Recipients)];

    /// <summary>What failed before the first command is an attempt too: people ask why, and find the reply here.</summary>
    private async Task EndWithoutConnectionAsync(SmtpFailure failure)
    {
        switch (_grant ?? await BeginAsync(CancellationToken.None))
        {
            case AttemptGrant.Granted granted:
                await EndAsync(granted.AttemptId, AttemptVerdicts.OfNoConnection(
                    part with { Recipients = [.. part.Recipients.Take(granted.Recipients)] }, failure, context.Schedule, context.Replies, context.Clock.GetUtcNow()));
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
        var end = new AttemptEnd(attemptId, part.Lease, context.Clock.GetUtcNow(), [.. verdicts.Ends.Select(verdict => verdict.End)]);
        await RecordAsync(async () => await context.Store.CompleteAsync(end, CancellationToken.None));
        if (verdicts.Trouble is { } trouble)
        {
            context.Board.Fails(plan.Account, trouble.Verdict, trouble.Words, circuit.OpenUntil);
        }
        else if (verdicts.Ends.Any(verdict => verdict.End.Outcome is Outcome.Relayed or Outcome.Failed))
        {
            context.Board.Works(plan.Account);
        }

        foreach (var verdict in verdicts.Ends)
        {
            Tell(verdict);
        }
    }

    /// <summary>Until the store takes it: what happened and is not recorded would happen again.</summary>
    private async Task RecordAsync(Func<ValueTask> record)
    {
        while (true)
        {
            try
            {
                await record();
                return;
            }
            catch (Exception failed)
            {
                if (failed is StoreException trouble)
                {
                    context.Alarm.Raise(trouble);
                }
                else
                {
                    context.Logger.LogError(failed, "What became of {Id} cannot be recorded and is tried again", part.Envelope.Id.ToString());
                }

                await Task.Delay(RecordAgain, context.Clock, CancellationToken.None);
            }
        }
    }

    private void Tell(AttemptVerdict verdict)
    {
        var mail = part.Envelope;
        var end = verdict.End;
        context.Meter.Recipients(plan.Account, end.Outcome);
        switch (end.Outcome)
        {
            case Outcome.Relayed:
                context.Meter.Delivered(context.Clock.GetUtcNow() - mail.ReceivedAt);
                context.Log.Relayed(mail, verdict.Address, plan.Account, PartName, part.Attempt, end.Reply);
                break;
            case Outcome.Deferred:
                context.Log.Deferred(mail, verdict.Address, plan.Account, PartName, part.Attempt, end.Reply, verdict.Verdict!.Cause, end.DueAt);
                break;
            case Outcome.Unsure:
                context.Log.Unsure(mail, verdict.Address, plan.Account, PartName, part.Attempt, end.Reply, end.DueAt);
                break;
            case Outcome.Expired:
                context.Log.Expired(mail, verdict.Address, part.Attempt, end.Reply);
                break;
            default:
                context.Log.Failed(
                    mail, verdict.Address, plan.Account, PartName, part.Attempt, end.Reply, verdict.Verdict!.Cause, verdict.Verdict.Remedy);
                break;
        }

        if (mail.Origin.IsNotice && end.Outcome is (Outcome.Failed or Outcome.Expired))
        {
            context.Log.NoticeFailed(mail, verdict.Address);
        }
    }

    /// <summary>A connection on loan: however the transaction ends, it goes back to the pool, which closes it where it broke.</summary>
    private readonly struct Loan(ConnectionPool pool, IUpstreamConnection connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => pool.GiveBackAsync(connection);
    }
}
