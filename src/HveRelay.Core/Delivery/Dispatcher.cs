using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Extensions.Logging;

namespace HveRelay.Delivery;

/// <summary>Delivery as a whole: one sender for each account, and the housekeeping of the queue.</summary>
public sealed class Dispatcher(IReadOnlyList<SenderPlan> plans, DeliveryContext context, AccountOperator accounts)
{
    private const int Batch = 500;

    private readonly QuotaWatch _watch = new(context.Store, context.Log);
    private readonly UnservedWatch _unserved = new(context.Store, context.Log);
    private readonly SenderCrew _crew = new(plans, context);
    private volatile bool _hasLostAccounts;

    /// <summary>To be called once before <see cref="RunAsync"/>: what earlier runs and nodes that died left half done is put in order.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        await RecoverAsync(Lanes, cancel);
        await FollowClockAsync(cancel);
        await accounts.FollowAsync(cancel);
    }

    /// <summary>Runs until <paramref name="stop"/>; <paramref name="abort"/> cuts attempts short that are still under way.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var house = Task.WhenAll(
            EveryAsync(context.Options.Housekeeping, () => KeepHouseAsync(end.Token), end.Token),
            EveryAsync(context.Options.Recovery, () => LookAtOthersAsync(end.Token), end.Token));
        try
        {
            await _crew.RunAsync(stop, abort);
        }
        finally
        {
            // Where a sender broke too: who waits for this must hear of it.
            await end.CancelAsync();
            await house;
        }
    }

    /// <summary>
    /// The configuration changed. New accounts begin, those that are gone finish what they have in hand and their mail moves to any
    /// account, the others go on by their new plan.
    /// </summary>
    /// <param name="anew">Accounts may log in otherwise, or elsewhere.</param>
    public async Task FollowAsync(IReadOnlyList<SenderPlan> plans, bool anew, CancellationToken cancel)
    {
        foreach (var plan in plans)
        {
            context.Board.Add(plan.Account);
        }

        foreach (var gone in Plans.ExceptBy(plans.Select(plan => plan.Account), plan => plan.Account, StringComparer.OrdinalIgnoreCase))
        {
            context.Board.Remove(gone.Account);
            _hasLostAccounts = true;
        }

        try
        {
            // First what an operator keeps back, then the senders.
            await accounts.FollowAsync(cancel);
            await _crew.FollowAsync(plans, anew);
            await MoveMailAsync(cancel);
        }
        catch (StoreException trouble)
        {
            // The pauses and the mail are come back to.
            context.Alarm.Raise(trouble);
            await _crew.FollowAsync(plans, anew);
        }
    }

    /// <summary>
    /// Again and again once an account has gone: an envelope that began before may come to the queue with its lane long after.
    /// </summary>
    private async Task MoveMailAsync(CancellationToken cancel)
    {
        if (_hasLostAccounts)
        {
            await RecoverAsync(Lanes, cancel);
            context.Signal.Pulse();
        }
    }

    private IReadOnlyList<SenderPlan> Plans => _crew.Plans;

    private IReadOnlyList<Lane> Lanes => [.. Plans.SelectMany(plan => plan.Lanes).Distinct()];

    private async Task EveryAsync(TimeSpan period, Func<Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException trouble)
            {
                context.Alarm.Raise(trouble);
            }
            catch (Exception unexpected)
            {
                // Whatever it was, the next run comes: a loop that ends in silence would let the queue rot.
                context.Logger.LogError(unexpected, "Housekeeping of the queue failed and is tried again");
            }

            await Task.Delay(period, context.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KeepHouseAsync(CancellationToken stop)
    {
        await FollowClockAsync(stop);
        await MoveMailAsync(stop);
        await ExpireAsync(stop);
        await context.Store.PurgeAsync(context.Clock.GetUtcNow() - context.KeepHistory, Batch, stop);
        await _watch.LookAsync(Plans, context.Clock.GetUtcNow(), stop);
    }

    private async Task LookAtOthersAsync(CancellationToken stop)
    {
        await accounts.FollowAsync(stop);
        await RecoverAsync(null, stop);
    }

    private async Task RecoverAsync(IReadOnlyList<Lane>? configured, CancellationToken cancel)
    {
        var now = context.Clock.GetUtcNow();
        DateTimeOffset? due = context.Options.WhenUnsure == WhenUnsure.Hold ? null : context.Schedule.After(1, now);
        await context.Store.RecoverAsync(configured, now, due, unsure => Tell(unsure, due), cancel);
    }

    /// <summary>The lines that any other attempt with this end has.</summary>
    private void Tell(IReadOnlyList<RecoveredAttempt> unsure, DateTimeOffset? due)
    {
        foreach (var attempt in unsure)
        {
            foreach (var address in attempt.Recipients)
            {
                context.Meter.Recipients(attempt.Account, Outcome.Unsure);
                context.Log.Unsure(
                    attempt.Envelope, address, attempt.Account, $"{attempt.Part}/{attempt.Of}", attempt.Number, RecoveredAttempt.Reply,
                    attempt.Held.Contains(address) ? null : due);
            }

            if (attempt.Held.Count > 0)
            {
                context.Log.UnsureHeld(attempt.Envelope.Id, string.Join(", ", attempt.Held));
            }
        }

        context.Log.WriteOut();
    }

    /// <summary>
    /// Mail whose lifetime is over ends with an attempt that fails. This is for mail that no attempt reaches: HVE is out of reach and
    /// only probes go, or an attempt breaks for a fault of ours. Never because an account is at fault or a quota is used up (promises
    /// 4 and 5), nor before an account that was has had its time to catch up.
    /// </summary>
    private async Task ExpireAsync(CancellationToken stop)
    {
        var unsettled = Plans.Where(plan => !IsSettled(context.Board.Of(plan.Account)) || IsPaced(plan)).SelectMany(plan => plan.Lanes);
        var lanes = Lanes.Except(unsettled).Union(await _unserved.LookAsync(Lanes, stop)).ToList();
        if (lanes.Count == 0)
        {
            return;
        }

        IReadOnlyList<ExpiredRecipient> expired;
        do
        {
            expired = await context.Store.ExpireAsync(lanes, context.Clock.GetUtcNow(), Batch, stop);
            foreach (var recipient in expired)
            {
                context.Meter.Recipients(string.Empty, Outcome.Expired);
                context.Log.Expired(recipient.Envelope, recipient.Address, recipient.Attempts, recipient.LastReply);
                if (recipient.Envelope.Origin.IsNotice)
                {
                    context.Log.NoticeFailed(recipient.Envelope, recipient.Address);
                }
            }
        }
        while (expired.Count == Batch);
    }

    /// <summary>Mail that came or was put off while the clock was ahead would wait for that time in silence once it is set back.</summary>
    private async Task FollowClockAsync(CancellationToken cancel)
    {
        TimeSpan[] waits = [context.Schedule.Longest, AttemptVerdicts.QuotaWait, context.Options.Lease];
        var now = context.Clock.GetUtcNow();
        if (await context.Store.BringForwardAsync(now, now + waits.Max() + context.Options.Housekeeping, cancel) is > 0 and var recipients)
        {
            context.Log.Alarm(
                "clock",
                $"{recipients} recipients were due later than any wait lasts: the clock was ahead and has been set back; they go now",
                "Administrator: look at the time source of this machine");
            context.Signal.Pulse();
        }
    }

    /// <summary>Its mail may be late for nothing but the pace, and an attempt reaches all of it in the end.</summary>
    private bool IsPaced(SenderPlan plan) =>
        plan.Smarthost is { MessagesPerMinute: > 0 } && context.Board.Of(plan.Account).State == AccountState.Healthy;

    private bool IsSettled(AccountStatus account) => context.Clock.GetUtcNow() - account.Since >= account.State switch
    {
        AccountState.Healthy => TimeSpan.FromDays(1),
        AccountState.Throttled or AccountState.Unreachable => TimeSpan.FromHours(1),
        _ => TimeSpan.MaxValue,
    };
}
