using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Sums over the queue and the ledger.</summary>
internal sealed class Counting(Database database)
{
    private readonly DueIndex _due = new(database);

    private readonly Statement _messages = database.Prepare("""
        SELECT ifnull(sum(queued > 0), 0), ifnull(sum(queued = 0), 0), ifnull(sum(queued), 0)
        FROM message INDEXED BY message_expiry WHERE ended_at IS NULL
        """);

    private readonly Statement _sent = database.Prepare("SELECT sum(recipients) FROM ledger WHERE scope = ? AND second > ?");

    private readonly Statement _reserved = database.Prepare(
        "SELECT scopes, granted FROM attempt INDEXED BY attempt_open WHERE ended_at IS NULL");

    /// <summary>What has not ended; the syncs are the writer's to tell.</summary>
    public QueueTotals Totals()
    {
        _messages.Next();
        var (queued, held, recipients) = (_messages.Long(0), _messages.Long(1), _messages.Long(2));
        _messages.Reset();
        return new QueueTotals(queued, held, recipients, _due.EarliestUnleased(), 0, TimeSpan.Zero);
    }

    public long Used(string scope, DateTimeOffset since)
    {
        var used = _sent.Set(scope).Set(since.ToUnixTimeSeconds()).Number() ?? 0;
        while (_reserved.Next())
        {
            used += ListColumns.Split(_reserved.Text(0)).Contains(scope, StringComparer.Ordinal) ? _reserved.Long(1) : 0;
        }

        return used;
    }
}
