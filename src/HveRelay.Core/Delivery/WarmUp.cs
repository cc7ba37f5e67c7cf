using HveRelay.Queue;

namespace HveRelay.Delivery;

// A next hop slows down an address that it does not know. The rules:
//   1. On day 1 of D a smarthost may send 1/D of its daily limit, on day 2 2/D, and from day D on all of it.
//   2. Day 1 begins with the first recipient that is sent. The ledger knows when that was: it keeps what a smarthost sent for as long
//      as its warm-up lasts, so restarts and other nodes do not begin anew.
//   3. An address that sent nothing for longer than that is cold again, and begins anew.

/// <summary>The growing daily allowance of one smarthost.</summary>
/// <param name="scope">Of the ledger.</param>
/// <param name="limit">Recipients a day in the end.</param>
public sealed class WarmUp(string scope, long limit, int days)
{
    private static readonly TimeSpan Slack = TimeSpan.FromDays(2);

    /// <summary>While nothing was sent the ledger is not asked more often: to read it is work, and it is day 1 anyway.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _began;
    private DateTimeOffset? _asked;

    /// <summary>Has the ledger keep what was sent for as long as it is needed; it limits nothing.</summary>
    public QuotaRule Memory { get; } = new(scope, 0, TimeSpan.FromDays(days) + Slack);

    /// <summary>What may be sent in 24 hours after so much time. Pure.</summary>
    public static long Allowance(long limit, int days, TimeSpan since)
    {
        var day = Math.Clamp((long)since.TotalDays + 1, 1, days);
        return Math.Max(1, limit * day / days);
    }

    /// <summary>The plan with the allowance of today.</summary>
    public async ValueTask<SenderPlan> TodayAsync(SenderPlan plan, IQueueReader queue, DateTimeOffset now, CancellationToken cancel)
    {
        if (_began is null && !(now - _asked < AskAgain && now >= _asked))
        {
            (_began, _asked) = (await BeganAsync(queue, now, cancel), now);
        }

        var allowance = Allowance(limit, days, now - (_began ?? now));
        QuotaRule[] rules = [.. plan.Rules.Select(rule => rule.Scope == scope && rule.Limit > 0 ? rule with { Limit = allowance } : rule)];
        return plan with { Rules = rules, OtherRules = rules };
    }

    /// <summary>When the allowance grows next; null where it grows no more.</summary>
    public DateTimeOffset? Grows(DateTimeOffset now)
    {
        var began = _began ?? now;
        var day = (int)(now - began).TotalDays + 1;
        return day < days ? began + TimeSpan.FromDays(day) : null;
    }

    private async ValueTask<DateTimeOffset?> BeganAsync(IQueueReader queue, DateTimeOffset now, CancellationToken cancel)
    {
        var own = (await queue.LedgerAsync(now - Memory.Window, cancel)).Where(minute => minute.Scope == scope).ToList();

        // A clock that was set back must not make the warm-up begin in the future.
        return own.Count == 0 ? null : own.Min(minute => minute.Until) is var first && first < now ? first : now;
    }
}
