using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Puts in order what a relay that died has left; what this run has in hand is not touched.</summary>
internal sealed class Recovery(
    Database database, PartRows parts, AttemptRows attempts, RecipientEnds ends, DueIndex due, Ledger ledger, ContentRows contents,
    Counters counters)
{
    private static readonly string Columns = "m." + Rows.EnvelopeColumns.Replace(", ", ", m.", StringComparison.Ordinal);

    private readonly Statement _told = database.Prepare($"""
        SELECT {Columns}, p.of, a.number
        FROM message m JOIN part p ON p.message = m.id JOIN attempt a ON a.message = m.id AND a.part = p.number
        WHERE m.id = ? AND a.id = ?
        """);

    private readonly Statement _addresses = database.Prepare("SELECT number, address FROM recipient WHERE message = ? AND part = ?");

    private readonly Statement _leased = database.Prepare(
        "SELECT message, number FROM part INDEXED BY part_due WHERE next_due IS NOT NULL AND lease_until IS NOT NULL AND token <= ?");

    private readonly Statement _moveQueued = database.Prepare("UPDATE part SET lane = '' WHERE lane = ? AND next_due IS NOT NULL");

    private readonly Statement _moveHeld = database.Prepare($"""
        UPDATE part SET lane = ''
        WHERE next_due IS NULL AND lane NOT IN (SELECT value FROM json_each(?)) AND lane NOT GLOB '{Lane.SmarthostPrefix}*'
            AND message IN (SELECT id FROM message INDEXED BY message_held WHERE held > 0)
        """);

    /// <summary>How many attempts became unsure.</summary>
    public int Recover(IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell)
    {
        var open = attempts.AllOpen().FindAll(attempt => !counters.IsOfThisRun(attempt.Id));
        var recovered = open.ConvertAll(attempt => MakeUnsure(attempt, now, dueAt));
        EndLeases();
        contents.DeleteUnfinished(counters.EarlierContents);
        if (configured is not null)
        {
            MoveFromLanesOutside(configured);
        }

        foreach (var attempt in open)
        {
            ledger.Settle(attempt.Scopes, attempt.Granted, attempt.Granted, now);
        }

        if (recovered.Count > 0)
        {
            tell(recovered);
        }

        return recovered.Count;
    }

    private void MoveFromLanesOutside(IReadOnlyList<Lane> configured)
    {
        // What a smarthost was to send never goes by an account: HVE might take it, and it is not what the route says.
        foreach (var lane in due.Lanes().Except(configured).Where(lane => lane != Lane.AnyAccount && !lane.IsSmarthost))
        {
            _moveQueued.Set(lane.Name).Run();
        }

        _moveHeld.Set(Expiring.Names(configured)).Run();
    }

    private RecoveredAttempt MakeUnsure(OpenAttempt attempt, DateTimeOffset now, DateTimeOffset? dueAt)
    {
        var tally = default(Tally);
        var before = attempts.Unsure(attempt.Message, attempt.Part);
        var held = attempt.Recipients.Where(number => dueAt is null || before.Contains(number)).ToHashSet();
        foreach (var number in attempt.Recipients)
        {
            attempts.Result(attempt, number, Outcome.Unsure, RecoveredAttempt.Reply);
            var holds = held.Contains(number);
            ends.Move(
                (attempt.Message, attempt.Part, number), holds ? RecipientState.Held : RecipientState.Queued, holds ? null : dueAt, now, ref tally);
        }

        ends.Count(attempt.Message, tally, now);
        attempts.End(attempt, now);
        ledger.Write(attempt.Scopes, attempt.Granted, now);
        parts.Free(attempt.Message, attempt.Part);
        var addresses = new Dictionary<int, string>();
        _addresses.Set(attempt.Message).Set(attempt.Part);
        while (_addresses.Next())
        {
            addresses[_addresses.Int(0)] = _addresses.Text(1);
        }

        _told.Set(attempt.Message).Set(attempt.Id).Next();
        var recovered = new RecoveredAttempt(
            Rows.Envelope(_told), attempt.Part, _told.Int(Rows.EnvelopeCount), _told.Int(Rows.EnvelopeCount + 1), attempt.Account,
            [.. attempt.Recipients.Select(number => addresses[number])])
        {
            Held = [.. held.Select(number => addresses[number])],
        };
        _told.Reset();
        return recovered;
    }

    private void EndLeases()
    {
        var leased = new List<(long Message, int Part)>();
        _leased.Set(counters.Earlier);
        while (_leased.Next())
        {
            leased.Add((_leased.Long(0), _leased.Int(1)));
        }

        foreach (var (message, part) in leased)
        {
            parts.Free(message, part);
        }
    }
}
