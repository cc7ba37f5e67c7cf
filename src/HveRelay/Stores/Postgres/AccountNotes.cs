using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>What is known of accounts: who is paused, and the latest attempts.</summary>
internal sealed class AccountNotes(Link link)
{
    private const string Paused = """
        INSERT INTO pause(account, at, operator, reason) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account) DO UPDATE SET at = excluded.at, operator = excluded.operator, reason = excluded.reason
        """;

    private const string Latest = """
        SELECT last.account, last.ended_at,
            coalesce((SELECT reply FROM attempt_result WHERE message = last.message AND attempt = last.id ORDER BY recipient LIMIT 1), '')
        FROM (SELECT DISTINCT ON (account) account, message, id, ended_at FROM attempt WHERE ended_at IS NOT NULL
            ORDER BY account, ended_at DESC) AS last
        """;

    public Task<int> PauseAsync(string account, AccountPause? pause) => link.BatchAsync(
        Need.Sync,
        batch =>
        {
            var name = account.ToLowerInvariant();
            if (pause is null)
            {
                batch.Do("DELETE FROM pause WHERE account = $1").With(name);
            }
            else
            {
                batch.Do(Paused).With(name).With(pause.At).With(pause.By).With(pause.Reason);
            }
        },
        batch => batch.ExecuteNonQueryAsync());

    public Task<List<AccountPause>> PausesAsync() => link.ReadAsync(
        batch => batch.Do("SELECT account, at, operator, reason FROM pause ORDER BY account"),
        row => new AccountPause(row.Text(0), row.Time(1), row.Text(2), row.TextOrNull(3)));

    public Task<List<LastAttempt>> LatestAsync() =>
        link.ReadAsync(batch => batch.Do(Latest), row => new LastAttempt(row.Text(0), row.Time(1), row.Text(2)));
}
