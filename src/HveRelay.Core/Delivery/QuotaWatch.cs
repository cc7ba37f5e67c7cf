using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>Tells in the log when a daily limit comes near, before mail has to wait for it.</summary>
internal sealed class QuotaWatch(IQueueReader store, MailLog log)
{
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);

    public async Task LookAsync(IReadOnlyList<SenderPlan> plans, DateTimeOffset now, CancellationToken cancel)
    {
        var today = new List<SenderPlan>();
        foreach (var plan in plans)
        {
            today.Add(await plan.TodayAsync(store, now, cancel));
        }

        foreach (var rule in today.SelectMany(plan => plan.Rules).Where(rule => rule.Limit > 0).DistinctBy(rule => rule.Scope))
        {
            var used = await store.UsedAsync(rule.Scope, now - rule.Window, cancel);
            var before = _levels.GetValueOrDefault(rule.Scope);
            var level = QuotaLevel.After(before, used, rule.Limit);
            _levels[rule.Scope] = level;
            if (level > before)
            {
                log.QuotaFills(rule.Scope, used, rule.Limit, level);
            }
        }
    }
}
