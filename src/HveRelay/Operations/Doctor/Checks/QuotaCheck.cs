using System.Globalization;
using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>There is room for recipients today.</summary>
internal static class QuotaCheck
{
    private const int NotedFrom = 90;

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (examination.Queue is not { } queue)
        {
            return Finding.NotReached("no queue");
        }

        var hve = examination.Options.Hve;
        var now = examination.Clock.GetUtcNow();
        var since = now - QuotaRule.Day;
        List<(string Name, string Scope, long Limit)> scopes =
        [
            ("the tenant", QuotaRule.Tenant, hve.RecipientsPerDay),
            .. hve.Accounts.Select(account => (account.Address, account.Address.ToLowerInvariant(), (long)account.RecipientsPerDay)),
        ];
        foreach (var smarthost in examination.Options.Smarthosts)
        {
            // While it is warmed up, what it may send today.
            var today = (await SmarthostPlan.Of(smarthost, examination.Options).TodayAsync(queue, now, cancel)).Rules[0];
            scopes.Add((smarthost.Name, today.Scope, today.Limit));
        }

        var notes = new List<string>();
        foreach (var (name, scope, limit) in scopes.Where(scope => scope.Limit > 0))
        {
            var used = await queue.UsedAsync(scope, since, cancel);
            var words = string.Create(CultureInfo.InvariantCulture, $"{name}: {used} of {limit} recipients in the last 24 hours");
            if (used >= limit)
            {
                return new Finding(
                    CheckResult.Wrong, words, "The daily limit of recipients is reached: mail waits for room", "nobody",
                    "it goes on by itself, hverelay quota says when; where the limit is another one, set RecipientsPerDay");
            }

            if (used * 100 >= limit * NotedFrom)
            {
                notes.Add($"{words}: hverelay quota says when it is full");
            }
        }

        var all = await queue.UsedAsync(QuotaRule.Tenant, since, cancel);
        return Finding.Ok(string.Create(
            CultureInfo.InvariantCulture, $"{all} recipients in the last 24 hours, {(hve.RecipientsPerDay == 0 ? "no limit" : $"of {hve.RecipientsPerDay}")}")) with { Notes = notes };
    }
}
