using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Reads what is known of accounts.</summary>
internal sealed class AccountListing(Database database)
{
    private readonly Statement _pauses = database.Prepare("SELECT account, at, operator, reason FROM pause ORDER BY account");

    // Beside max() SQLite takes the other columns from the row that has it.
    private readonly Statement _latest = database.Prepare("""
        SELECT last.account, last.ended_at,
            (SELECT reply FROM attempt_result WHERE message = last.message AND attempt = last.id ORDER BY recipient LIMIT 1)
        FROM (SELECT account, message, id, max(ended_at) AS ended_at FROM attempt WHERE ended_at IS NOT NULL GROUP BY account) AS last
        """);

    public List<AccountPause> Pauses()
    {
        var pauses = new List<AccountPause>();
        while (_pauses.Next())
        {
            pauses.Add(new AccountPause(_pauses.Text(0), _pauses.Time(1), _pauses.Text(2), _pauses.TextOrNull(3)));
        }

        return pauses;
    }

    public List<LastAttempt> Latest()
    {
        var attempts = new List<LastAttempt>();
        while (_latest.Next())
        {
            attempts.Add(new LastAttempt(_latest.Text(0), _latest.Time(1), _latest.TextOrNull(2) ?? string.Empty));
        }

        return attempts;
    }
}
