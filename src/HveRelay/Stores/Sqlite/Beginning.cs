using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Writes down an attempt before its first command, and reserves in the ledger what fits.</summary>
internal sealed class Beginning(Database database, PartRows parts, AttemptRows attempts, Ledger ledger, Counters counters)
{
    private static readonly AttemptGrant LeaseLost = new AttemptGrant.LeaseLost();

    private readonly Statement _queued = database.Prepare(
        $"SELECT number FROM recipient WHERE message = ? AND part = ? AND state = {(int)RecipientState.Queued}");

    private readonly Statement _attempts = database.Prepare("UPDATE part SET attempts = ? WHERE message = ? AND number = ?");

    public AttemptGrant Begin(AttemptStart start)
    {
        var lease = start.Lease;
        if (parts.Attempts(lease) is not { } before)
        {
            return LeaseLost;
        }

        // Who was taken out or held since the part was leased must not go: the part is to be taken again without them.
        if (!Queued(lease).IsSupersetOf(start.Recipients))
        {
            parts.Free(lease.Message.Value, lease.Part);
            return LeaseLost;
        }

        var (fit, exhausted) = ledger.Fit(start.Rules, start.Recipients.Count, start.At);
        if (exhausted is not null)
        {
            parts.Free(lease.Message.Value, lease.Part);
            return exhausted;
        }

        string[] scopes = [.. start.Rules.Select(rule => rule.Scope).Distinct(StringComparer.Ordinal)];
        var attempt = new OpenAttempt(
            counters.NextSequence(), lease.Message.Value, lease.Part, start.Account, fit, [.. start.Recipients.Take(fit)], scopes);
        _attempts.Set(before + 1).Set(attempt.Message).Set(attempt.Part).Run();
        attempts.Begin(attempt, before + 1, start.At);
        ledger.Reserve(scopes, fit);
        return new AttemptGrant.Granted(attempt.Id, fit);
    }

    private HashSet<int> Queued(Lease lease)
    {
        var queued = new HashSet<int>();
        _queued.Set(lease.Message.Value).Set(lease.Part);
        while (_queued.Next())
        {
            queued.Add(_queued.Int(0));
        }

        return queued;
    }
}
