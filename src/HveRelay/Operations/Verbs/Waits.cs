using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>What mail that is due waits for, in a word: a connection, room in the tenant's day, or an operator who paused its accounts.</summary>
/// <param name="accounts">Those of HVE.</param>
/// <param name="paused">Accounts and smarthosts; case does not count.</param>
internal sealed class Waits(IReadOnlyList<string> accounts, IReadOnlySet<string> paused, bool isQuotaUsedUp)
{
    /// <summary>For nothing but a connection.</summary>
    public const string ForNothing = "now";

    private const string ForQuota = "quota";
    private const string ForOperator = "paused";

    public static async Task<Waits> ReadAsync(IQueueReader queue, RelayOptions options, DateTimeOffset now, CancellationToken cancel)
    {
        var paused = (await queue.PausesAsync(cancel)).Select(pause => pause.Account).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var isUsedUp = options.Hve.RecipientsPerDay > 0
            && await queue.UsedAsync(QuotaRule.Tenant, now - QuotaRule.Day, cancel) >= options.Hve.RecipientsPerDay;
        return new Waits([.. options.Hve.Accounts.Select(account => account.Address)], paused, isUsedUp);
    }

    /// <summary>The word for all, where nobody has paused anything: then a message's lanes need not be looked at.</summary>
    public string? OfAll => paused.Count > 0 ? null : isQuotaUsedUp ? ForQuota : ForNothing;

    public string Of(Lane lane) => IsPaused(lane) ? ForOperator : isQuotaUsedUp && !lane.IsSmarthost ? ForQuota : ForNothing;

    /// <summary>By each recipient that is due: what can go decides.</summary>
    public string Of(MessageRecord record, DateTimeOffset now)
    {
        var words = record.Recipients
            .Where(recipient => recipient.State == RecipientState.Queued && recipient.DueAt <= now).Select(recipient => Of(recipient.Lane)).ToHashSet();
        return words.Contains(ForNothing) || words.Count == 0 ? ForNothing : words.Contains(ForQuota) ? ForQuota : ForOperator;
    }

    /// <summary>What goes by any account waits only where all of them are paused.</summary>
    private bool IsPaused(Lane lane) =>
        lane.IsSmarthost ? paused.Contains(lane.SmarthostName)
        : lane == Lane.AnyAccount ? accounts.Count > 0 && accounts.All(paused.Contains)
        : paused.Contains(lane.Name);
}
