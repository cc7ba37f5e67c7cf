using System.Text.Json;
using HveRelay.Mail;
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

    private readonly Statement _minutes = database.Prepare("""
        SELECT scope, (second + 59) / 60 * 60, sum(recipients) FROM ledger WHERE second > ? GROUP BY 1, 2 ORDER BY 1, 2
        """);

    private readonly Statement _relayedTo = database.Prepare($"""
        SELECT lower(address), count(*) FROM recipient
        WHERE state = {(int)RecipientState.Relayed} AND ended_at > ? AND lower(address) IN (SELECT lower(value) FROM json_each(?))
        GROUP BY 1
        """);

    public List<LedgerMinute> Minutes(DateTimeOffset since)
    {
        var minutes = new List<LedgerMinute>();
        _minutes.Set(since.ToUnixTimeSeconds());
        while (_minutes.Next())
        {
            minutes.Add(new LedgerMinute(_minutes.Text(0), DateTimeOffset.FromUnixTimeSeconds(_minutes.Long(1)), _minutes.Long(2)));
        }

        return minutes;
    }

    public Dictionary<string, long> RelayedTo(IReadOnlyList<string> addresses, DateTimeOffset since)
    {
        var counts = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        _relayedTo.Set(since).Set(JsonSerializer.Serialize(addresses));
        while (_relayedTo.Next())
        {
            counts[_relayedTo.Text(0)] = _relayedTo.Long(1);
        }

        return counts;
    }

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
