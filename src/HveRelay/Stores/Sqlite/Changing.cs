using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>What operators do: a table of what each kind of change makes of a recipient, and its place in the history.</summary>
internal sealed class Changing(Database database, PartRows parts, RecipientEnds ends, Counters counters)
{
    private readonly Statement _message = database.Prepare($"SELECT {Rows.EnvelopeColumns} FROM message WHERE id = ?");

    private readonly Statement _recipients = database.Prepare(
        "SELECT part, number, address, state FROM recipient WHERE message = ? ORDER BY number");

    private readonly Statement _underWay = database.Prepare(
        "SELECT id, part, recipients FROM attempt INDEXED BY attempt_open WHERE message = ? AND ended_at IS NULL");

    private readonly Statement _history = database.Prepare(
        "INSERT INTO change(message, id, at, kind, operator, reason, recipients) VALUES (?,?,?,?,?,?,?)");

    public IReadOnlyList<ChangeResult> Change(QueueChange change) => [.. change.Messages.Select(message => Change(message, change))];

    private ChangeResult Change(MessageId id, QueueChange change)
    {
        if (!_message.Set(id.Value).Next())
        {
            return new ChangeResult(id, null, []);
        }

        var envelope = Rows.Envelope(_message);
        _message.Reset();
        var (sendingParts, sending) = UnderWay(id.Value);
        var results = new List<RecipientChange>();
        var changed = new List<(int Part, int Number)>();
        var tally = default(Tally);
        foreach (var (part, number, address, state) in Recipients(id.Value))
        {
            if (!address.Contains(change.Recipient ?? string.Empty, StringComparison.OrdinalIgnoreCase) || (change.State ?? state) != state)
            {
                continue;
            }

            var (to, effect) = ChangeTable.Decide(change.Kind, state, sending.Contains(number));
            results.Add(new RecipientChange(number, address, to, effect));
            if (effect is ChangeEffect.Changed or ChangeEffect.ChangedWhileSending)
            {
                ends.Set((id.Value, part, number), state, to, to == RecipientState.Queued ? change.At : null, change.At, ref tally);
                changed.Add((part, number));
            }
        }

        ends.Count(id.Value, tally, change.At);
        foreach (var part in changed.Select(each => each.Part).Distinct())
        {
            if (change.Kind == ChangeKind.Retry)
            {
                parts.WaitAnew(id.Value, part);
            }

            // A lease under which an attempt is under way must stand, or what comes of the attempt would not be believed.
            if (!sendingParts.Contains(part))
            {
                parts.Free(id.Value, part);
            }
        }

        if (changed.Count > 0)
        {
            _history.Set(id.Value).Set(counters.NextSequence()).Set(change.At).Set((int)change.Kind).Set(change.By).Set(change.Reason)
                .Set(ListColumns.JoinNumbers(changed.Select(each => each.Number))).Run();
        }

        return new ChangeResult(id, envelope, results);
    }

    private List<(int Part, int Number, string Address, RecipientState State)> Recipients(long message)
    {
        var recipients = new List<(int, int, string, RecipientState)>();
        _recipients.Set(message);
        while (_recipients.Next())
        {
            recipients.Add((_recipients.Int(0), _recipients.Int(1), _recipients.Text(2), (RecipientState)_recipients.Int(3)));
        }

        return recipients;
    }

    /// <summary>What this process is sending. What one that died has left becomes unsure at the next start, and is sent by nobody.</summary>
    private (HashSet<int> Parts, HashSet<int> Recipients) UnderWay(long message)
    {
        var (sendingParts, recipients) = (new HashSet<int>(), new HashSet<int>());
        _underWay.Set(message);
        while (_underWay.Next())
        {
            if (counters.IsOfThisRun(_underWay.Long(0)))
            {
                sendingParts.Add(_underWay.Int(1));
                recipients.UnionWith(ListColumns.SplitNumbers(_underWay.Text(2)));
            }
        }

        return (sendingParts, recipients);
    }
}
