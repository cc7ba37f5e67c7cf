using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;

namespace HveRelay.Delivery;

/// <summary>What delivery knows of a smarthost beyond what it knows of an account.</summary>
/// <param name="Rewrite">Whether mail bears the smarthost's address or its own.</param>
/// <param name="Address">The address that mail bears; null where it keeps its own.</param>
/// <param name="MessagesPerMinute">0 is no limit.</param>
/// <param name="WarmUp">Null where it sends all it may from the first day.</param>
public sealed record SmarthostPlan(RewriteMode Rewrite, string? Address, int MessagesPerMinute, WarmUp? WarmUp, ReplyTable Replies)
{
    /// <summary>A smarthost is a sender like an account: its own lane, connections, state and ledger, and none of HVE's.</summary>
    public static SenderPlan Of(SmarthostOptions smarthost, RelayOptions options)
    {
        var scope = ScopeOf(smarthost.Name);
        var warmUp = smarthost is { WarmUpDays: > 0, RecipientsPerDay: > 0 }
            ? new WarmUp(scope, smarthost.RecipientsPerDay, smarthost.WarmUpDays)
            : null;
        var daily = new QuotaRule(scope, smarthost.RecipientsPerDay, QuotaRule.Day);
        QuotaRule[] rules = warmUp is null ? [daily] : [daily, warmUp.Memory];
        var keeps = smarthost.Rewrite == RewriteFrom.Keep;
        return new SenderPlan(
            smarthost.Name, [Lane.Smarthost(smarthost.Name)], smarthost.MaxConnections, smarthost.MaxRecipientsPerMessage, rules, rules)
        {
            Smarthost = new SmarthostPlan(
                keeps ? RewriteMode.Keep : RewriteMode.Account,
                keeps ? null : options.AddressOf(smarthost),
                smarthost.MessagesPerMinute,
                warmUp,
                ReplyTable.From(smarthost)),
        };
    }

    /// <summary>Its scope in the ledger. No account has it, since the name of a smarthost has no @.</summary>
    public static string ScopeOf(string name) => name.ToLowerInvariant();
}
