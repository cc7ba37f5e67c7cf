using HveRelay.Mail;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// After the clock was set back, what was written while it was ahead lies in the future: due times that nothing would wait for, and
/// seconds of the ledger that no window would leave behind.
/// </summary>
internal sealed class ClockRepair(Database database, PartRows parts, DueIndex due, Ledger ledger)
{
    private readonly Statement _late = database.Prepare(
        "SELECT message, number FROM part INDEXED BY part_due WHERE next_due > ? AND lease_until IS NULL");

    private readonly Statement _now = database.Prepare(
        $"UPDATE recipient SET due_at = ? WHERE message = ? AND part = ? AND state = {(int)RecipientState.Queued} AND due_at > ?");

    public bool IsNeeded(DateTimeOffset now, DateTimeOffset latest) => ledger.IsAhead(now) || due.LatestUnleased() > latest;

    /// <summary>Returns how many recipients were brought forward.</summary>
    public int Run(DateTimeOffset now, DateTimeOffset latest)
    {
        var late = new List<(long Message, int Part)>();
        _late.Set(latest);
        while (_late.Next())
        {
            late.Add((_late.Long(0), _late.Int(1)));
        }

        var recipients = 0;
        foreach (var (message, part) in late)
        {
            recipients += _now.Set(now).Set(message).Set(part).Set(latest).Run();
            parts.Free(message, part);
        }

        ledger.BringBack(now);
        return recipients;
    }
}
