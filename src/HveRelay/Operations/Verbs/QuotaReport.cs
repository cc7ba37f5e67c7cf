using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>The quota of one scope.</summary>
/// <param name="Kind">tenant, account, smarthost or client.</param>
/// <param name="Name">Empty for the tenant.</param>
/// <param name="UrgentReserve">Of the limit, for urgent mail alone.</param>
internal sealed record QuotaRow(string Kind, string Name, QuotaForecast Forecast, long UrgentReserve);

/// <param name="Day">Of the last 24 hours.</param>
/// <param name="Month">Of 30 days that are like them.</param>
internal sealed record QuotaReport(IReadOnlyList<QuotaRow> Rows, QuotaCost Day, QuotaCost Month)
{
    private const int DaysOfAMonth = 30;

    /// <param name="now">As the clock of the machine shows it, for the midnight that begins today.</param>
    public static async Task<QuotaReport> ReadAsync(IQueueReader queue, RelayOptions relay, DateTimeOffset now, CancellationToken cancel)
    {
        var (hve, clients) = (relay.Hve, (relay.Clients ?? []).Select(client => client.Name));
        var since = now - QuotaRule.Day;
        var midnight = new DateTimeOffset(now.Date, now.Offset);
        var minutes = (await queue.LedgerAsync(since, cancel)).ToLookup(minute => minute.Scope, StringComparer.Ordinal);
        var reserve = UrgentReserve.TryParse(hve.UrgentReserve, out var read) ? read : UrgentReserve.None;
        var known = minutes.Select(scope => scope.Key).Where(scope => scope.StartsWith(QuotaRule.Client(string.Empty), StringComparison.Ordinal));
        var rows = new List<QuotaRow>
        {
            await RowAsync("tenant", string.Empty, QuotaRule.Tenant, hve.RecipientsPerDay, reserve.LeavesOfTenant(hve.RecipientsPerDay)),
        };
        foreach (var account in hve.Accounts)
        {
            rows.Add(await RowAsync(
                "account", account.Address, account.Address.ToLowerInvariant(), account.RecipientsPerDay, reserve.LeavesOfAccount(account.RecipientsPerDay)));
        }

        foreach (var smarthost in relay.Smarthosts)
        {
            // While it is warmed up, what it may send today.
            var plan = await SmarthostPlan.Of(smarthost, relay).TodayAsync(queue, now, cancel);
            rows.Add(await RowAsync("smarthost", smarthost.Name, plan.Rules[0].Scope, plan.Rules[0].Limit, plan.Rules[0].Limit));
        }

        foreach (var scope in clients.Select(QuotaRule.Client).Union(known).Order(StringComparer.Ordinal))
        {
            rows.Add(await RowAsync("client", scope[QuotaRule.Client(string.Empty).Length..], scope, 0, 0));
        }

        var lists = hve.DistributionLists.ToDictionary(list => list.Address, list => (long)list.Members, StringComparer.OrdinalIgnoreCase);
        var sent = lists.Count == 0 ? new Dictionary<string, long>() : await queue.RelayedToAsync([.. lists.Keys], since, cancel);
        var day = QuotaCost.Of(rows[0].Forecast.Used, sent.Select(list => (list.Value, lists[list.Key])));
        return new QuotaReport(rows, day, new QuotaCost(day.Expanded * DaysOfAMonth, day.Dollars * DaysOfAMonth));

        async Task<QuotaRow> RowAsync(string kind, string name, string scope, long limit, long others)
        {
            var own = minutes[scope].ToList();
            var reserved = Math.Max(0, await queue.UsedAsync(scope, since, cancel) - own.Sum(minute => minute.Recipients));
            return new QuotaRow(kind, name, QuotaForecast.Of(own, reserved, limit, now, midnight), limit - others);
        }
    }
}
