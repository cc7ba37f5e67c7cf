using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// The quota ledger of all nodes: the recipients of each scope and second, and of each scope one row with the sum over a window and
/// what is reserved. Whoever counts locks that row until its transaction ends, so that no two nodes give out the same room; the window
/// moves on by the seconds that leave it, not by all that are in it.
/// </summary>
internal static class Ledger
{
    /// <summary>How long to wait where only reservations are in the way: they end soon, and nobody knows how.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>How many of the wanted recipients fit in all rules, and where none does, the rule that holds them up longest.</summary>
    public static async Task<(int Fit, AttemptGrant.Exhausted? Exhausted)> FitAsync(
        NpgsqlConnection connection, IReadOnlyList<QuotaRule> rules, int wanted, DateTimeOffset at)
    {
        long fit = wanted;
        AttemptGrant.Exhausted? exhausted = null;
        var scopes = await LockAsync(connection, rules);
        foreach (var rule in rules.Where(rule => rule.Limit > 0))
        {
            var scope = scopes[rule.Scope];
            var since = (at - rule.Window).ToUnixTimeSeconds();
            var sent = await SentAsync(connection, scope, since);
            var room = Math.Max(0, rule.Limit - sent - scope.Reserved);
            fit = Math.Min(fit, room);
            if (room == 0)
            {
                var mustLeave = sent + scope.Reserved - rule.Limit + 1;
                var until = await LeavesAsync(connection, rule.Scope, since, mustLeave) is { } second
                    ? DateTimeOffset.FromUnixTimeSeconds(second) + rule.Window
                    : at + Recheck;
                exhausted = exhausted is null || until > exhausted.Until ? new AttemptGrant.Exhausted(rule.Scope, until) : exhausted;
            }
        }

        return ((int)fit, exhausted);
    }

    /// <summary>Reserves; the scopes are locked.</summary>
    public static void Reserve(NpgsqlBatch batch, IReadOnlyList<string> scopes, long granted) =>
        batch.Do("UPDATE scope SET reserved = reserved + $2 WHERE name = ANY($1)").With(scopes).With(granted);

    /// <summary>A reservation ends; of it, so many were sent.</summary>
    public static void Settle(NpgsqlBatch batch, OpenAttempt attempt, long sent, DateTimeOffset at)
    {
        var second = LedgerWindow.SecondOf(at);
        foreach (var scope in attempt.Scopes.Order(StringComparer.Ordinal))
        {
            batch.Do("UPDATE scope SET reserved = reserved - $2, sent = sent + CASE WHEN $4 > since THEN $3 ELSE 0 END WHERE name = $1")
                .With(scope).With((long)attempt.Granted).With(sent).With(second);
            if (sent > 0)
            {
                batch.Do("""
                    INSERT INTO ledger(scope, second, recipients) VALUES ($1, $2, $3)
                    ON CONFLICT (scope, second) DO UPDATE SET recipients = ledger.recipients + excluded.recipients
                    """).With(scope).With(second).With(sent);
                batch.Do("DELETE FROM ledger WHERE scope = $1 AND second <= $2 - (SELECT kept FROM scope WHERE name = $1)").With(scope).With(second);
            }
        }
    }

    private static async Task<Dictionary<string, Scope>> LockAsync(NpgsqlConnection connection, IReadOnlyList<QuotaRule> rules)
    {
        var names = rules.Select(rule => rule.Scope).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        await using var batch = connection.CreateBatch();
        batch.Do("SELECT name, since, sent, reserved, kept FROM scope WHERE name = ANY($1) ORDER BY name FOR UPDATE").With(names);
        var locked = await batch.ListAsync(Read);
        if (locked.Count < names.Length)
        {
            await using var make = connection.CreateBatch();
            make.Do("INSERT INTO scope(name) SELECT unnest($1) ORDER BY 1 ON CONFLICT DO NOTHING").With(names);
            make.Do("SELECT name, since, sent, reserved, kept FROM scope WHERE name = ANY($1) ORDER BY name FOR UPDATE").With(names);
            locked = await make.ListAsync(Read);
        }

        foreach (var rule in rules.Where(rule => locked.Exists(scope => scope.Name == rule.Scope && scope.Kept <= (long)rule.Window.TotalSeconds)))
        {
            await using var keep = connection.CreateBatch();
            keep.Do("UPDATE scope SET kept = greatest(kept, $2) WHERE name = $1").With(rule.Scope).With((long)rule.Window.TotalSeconds + 1);
            await keep.ExecuteNonQueryAsync();
        }

        return locked.ToDictionary(scope => scope.Name, StringComparer.Ordinal);
    }

    /// <summary>The sum after a second, which the scope's row keeps from then on: what lies between the two is added or taken off.</summary>
    private static async Task<long> SentAsync(NpgsqlConnection connection, Scope scope, long since)
    {
        if (since == scope.Since)
        {
            return scope.Sent;
        }

        await using var batch = connection.CreateBatch();
        batch.Do("""
            UPDATE scope SET since = $2, sent = sent + CASE WHEN $2 < since THEN 1 ELSE -1 END * coalesce((SELECT sum(recipients)::bigint FROM ledger
                WHERE ledger.scope = $1 AND second > least($2, since) AND second <= greatest($2, since)), 0)
            WHERE name = $1 RETURNING sent
            """).With(scope.Name).With(since);
        var sent = (await batch.ListAsync(row => row.GetInt64(0)))[0];
        (scope.Since, scope.Sent) = (since, sent);
        return sent;
    }

    /// <summary>The second with which so many will have left the window, or null where reservations have to end first.</summary>
    private static async Task<long?> LeavesAsync(NpgsqlConnection connection, string scope, long since, long recipients)
    {
        await using var batch = connection.CreateBatch();
        batch.Do("""
            SELECT second FROM (
                SELECT second, sum(recipients) OVER (ORDER BY second) AS through FROM ledger WHERE scope = $1 AND second > $2) l
            WHERE through >= $3 ORDER BY second LIMIT 1
            """).With(scope).With(since).With(recipients);
        return await batch.ListAsync(row => row.GetInt64(0)) is [var second] ? second : null;
    }

    private static Scope Read(NpgsqlDataReader row) =>
        new() { Name = row.Text(0), Since = row.GetInt64(1), Sent = row.GetInt64(2), Reserved = row.GetInt64(3), Kept = row.GetInt64(4) };

    private sealed class Scope
    {
        public required string Name { get; init; }

        public required long Since { get; set; }

        public required long Sent { get; set; }

        public required long Reserved { get; init; }

        public required long Kept { get; init; }
    }
}
