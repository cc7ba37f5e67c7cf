using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// After the database's clock was set back, what was written while it was ahead lies in the future: due times that nothing would wait
/// for, and seconds of the ledger that no window would leave behind.
/// </summary>
internal sealed class ClockRepair(Link link)
{
    /// <summary>What is further ahead was written while the clock was wrong.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    // A part is due when its first recipient is: where that is later than the latest, all are, and all become due now.
    private const string Parts = """
        WITH late AS (
            SELECT message, number FROM part WHERE next_due > $2 AND lease_until IS NULL AND attempt IS NULL
            ORDER BY message, number FOR UPDATE SKIP LOCKED),
        freed AS (UPDATE part p SET next_due = $1 FROM late WHERE p.message = late.message AND p.number = late.number),
        moved AS (
            UPDATE recipient r SET due_at = $1 FROM late
            WHERE r.message = late.message AND r.part = late.number AND r.state = 0 AND r.due_at > $2 RETURNING 1)
        SELECT count(*)::integer FROM moved
        """;

    /// <summary>Returns how many recipients were brought forward.</summary>
    public Task<int> RunAsync(DateTimeOffset now, DateTimeOffset latest) => link.TransactAsync(Need.Sync, async connection =>
    {
        var (after, second) = (LedgerWindow.SecondOf(now + Tolerance), LedgerWindow.SecondOf(now));
        await using var batch = connection.CreateBatch();
        batch.Do("SELECT name FROM scope WHERE name IN (SELECT scope FROM ledger WHERE second > $1) ORDER BY name FOR UPDATE").With(after);
        if ((await batch.ListAsync(row => row.GetString(0))).ToArray() is { Length: > 0 } scopes)
        {
            await using var bring = connection.CreateBatch();
            bring.Do("""
                WITH ahead AS (DELETE FROM ledger WHERE second > $1 RETURNING scope, recipients)
                INSERT INTO ledger(scope, second, recipients) SELECT scope, $2, sum(recipients)::bigint FROM ahead GROUP BY scope
                ON CONFLICT (scope, second) DO UPDATE SET recipients = ledger.recipients + excluded.recipients
                """).With(after).With(second);
            bring.Do("""
                UPDATE scope SET sent = coalesce((SELECT sum(recipients)::bigint FROM ledger WHERE ledger.scope = scope.name AND second > since), 0)
                WHERE name = ANY($1)
                """).With(scopes);
            await bring.ExecuteNonQueryAsync();
        }

        await using var parts = connection.CreateBatch();
        parts.Do(Parts).With(now).With(latest);
        return (await parts.ListAsync(row => row.GetInt32(0)))[0];
    });
}
