using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>A part's lease: who holds it, and how it ends.</summary>
internal sealed class PartRows(Database database)
{
    private readonly Statement _holds = database.Prepare(
        "SELECT attempts FROM part WHERE message = ? AND number = ? AND token = ? AND lease_until IS NOT NULL");

    private readonly Statement _free = database.Prepare("""
        UPDATE part SET lease_until = NULL,
            next_due = (SELECT min(due_at) FROM recipient WHERE message = ?1 AND part = ?2 AND state = 0)
        WHERE message = ?1 AND number = ?2
        """);

    private readonly Statement _waitAnew = database.Prepare("UPDATE part SET waited_anew_after = attempts WHERE message = ? AND number = ?");

    private readonly Statement _postpone = database.Prepare(
        "UPDATE recipient SET due_at = ?3 WHERE message = ?1 AND part = ?2 AND state = 0 AND due_at < ?3");

    /// <summary>The number of attempts so far where the lease still stands, or null.</summary>
    public int? Attempts(Lease lease) => (int?)_holds.Set(lease.Message.Value).Set(lease.Part).Set(lease.Token).Number();

    /// <summary>Ends any lease of the part; it is due when its first queued recipient is.</summary>
    public void Free(long message, int part) => _free.Set(message).Set(part).Run();

    /// <summary>The retry schedule begins anew with the next attempt.</summary>
    public void WaitAnew(long message, int part) => _waitAnew.Set(message).Set(part).Run();

    /// <summary>No queued recipient of the part is due before <paramref name="dueAt"/>.</summary>
    public void Postpone(long message, int part, DateTimeOffset dueAt) => _postpone.Set(message).Set(part).Set(dueAt).Run();

    public bool Release(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt)
    {
        foreach (var lease in leases)
        {
            if (Attempts(lease) is null)
            {
                continue;
            }

            if (dueAt is { } due)
            {
                Postpone(lease.Message.Value, lease.Part, due);
            }

            Free(lease.Message.Value, lease.Part);
        }

        return true;
    }
}
