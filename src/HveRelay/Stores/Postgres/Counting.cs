using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>Sums over the queue and the ledger.</summary>
internal sealed class Counting(Link link)
{
    private const string Totals = """
        SELECT count(*) FILTER (WHERE queued > 0), count(*) FILTER (WHERE queued = 0), coalesce(sum(queued), 0),
            (SELECT min(next_due) FROM part WHERE next_due IS NOT NULL AND lease_until IS NULL)
        FROM message WHERE ended_at IS NULL
        """;

    private const string Used = """
        SELECT coalesce((SELECT sum(recipients) FROM ledger WHERE scope = $1 AND second > $2), 0)::bigint
            + coalesce((SELECT reserved FROM scope WHERE name = $1), 0)
        """;

    /// <summary>What has not ended; the syncs are a node's to tell.</summary>
    public async Task<QueueTotals> TotalsAsync() => (await link.ReadAsync(
        batch => batch.Do(Totals),
        row => new QueueTotals(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.TimeOrNull(3), 0, TimeSpan.Zero)))[0];

    public async Task<long> UsedAsync(string scope, DateTimeOffset since) => (await link.ReadAsync(
        batch => batch.Do(Used).With(scope).With(since.ToUnixTimeSeconds()), row => row.GetInt64(0)))[0];
}
