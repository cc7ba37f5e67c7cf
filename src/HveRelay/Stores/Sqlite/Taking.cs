using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Leases due parts: the best priority first, within it the client whose last turn is longest ago, of it the part due first.</summary>
internal sealed class Taking(Database database, PartRows parts, AttemptRows attempted, DueIndex index, Counters counters)
{
    private static readonly Priority[] Priorities = Enum.GetValues<Priority>();

    private readonly Statement _recipients = database.Prepare($"""
        SELECT number, address FROM recipient
        WHERE message = ? AND part = ? AND state = {(int)RecipientState.Queued} AND due_at <= ? ORDER BY number LIMIT ?
        """);

    private readonly Statement _message = database.Prepare($"SELECT {Rows.EnvelopeColumns} FROM message WHERE id = ?");
    private readonly Statement _part = database.Prepare("SELECT of, attempts, waited_anew_after FROM part WHERE message = ? AND number = ?");

    private readonly Statement _open = database.Prepare(
        "SELECT EXISTS (SELECT 1 FROM attempt WHERE message = ? AND part = ? AND ended_at IS NULL)");

    private readonly Statement _extend = database.Prepare(
        "UPDATE part SET lease_until = ?3, next_due = ?3 WHERE message = ?1 AND number = ?2");

    private readonly Statement _lease = database.Prepare(
        "UPDATE part SET token = ?, lease_until = ?4, next_due = ?4 WHERE message = ?2 AND number = ?3");

    public IReadOnlyList<DuePart> Take(TakeRequest request)
    {
        var taken = new List<DuePart>();
        foreach (var priority in Priorities.Where(each => each <= request.Least))
        {
            if (taken.Count == request.MostParts)
            {
                break;
            }

            var heads = index.Heads(request.Lanes, priority).FindAll(head => head.DueAt <= request.Now);
            while (heads.Count > 0 && taken.Count < request.MostParts)
            {
                var head = heads.MinBy(each => (LastTurn(each.Client), each.DueAt, each.Message))!;
                if (Lease(head, request) is { } part)
                {
                    taken.Add(part);
                    counters.Turns[head.Client] = counters.NextTurn();
                }

                heads.Remove(head);
                if (index.After(head, request.Now) is { } next)
                {
                    heads.Add(next);
                }
            }
        }

        return taken;
    }

    private long LastTurn(string client) => counters.Turns.GetValueOrDefault(client);

    private DuePart? Lease(DueHead head, TakeRequest request)
    {
        if (IsUnderWay(head))
        {
            // One relay owns this queue, so who holds the part is alive and at it, however late it is or whatever the clock did: taken
            // again it would be sent twice.
            _extend.Set(head.Message).Set(head.Part).Set(request.LeaseUntil).Run();
            return null;
        }

        var recipients = new List<DueRecipient>();
        _recipients.Set(head.Message).Set(head.Part).Set(request.Now).Set(request.MostRecipients);
        while (_recipients.Next())
        {
            recipients.Add(new DueRecipient(_recipients.Int(0), _recipients.Text(1)));
        }

        if (recipients.Count == 0)
        {
            // Its lease ran out after all its recipients had been put off or taken out.
            parts.Free(head.Message, head.Part);
            return null;
        }

        _message.Set(head.Message).Next();
        var envelope = Rows.Envelope(_message);
        _message.Reset();
        _part.Set(head.Message).Set(head.Part).Next();
        var (of, attempts, anew) = (_part.Int(0), _part.Int(1), _part.Int(2));
        _part.Reset();
        if (attempts > 0 && attempted.Unsure(head.Message, head.Part) is { Count: > 0 } unsure)
        {
            recipients = recipients.ConvertAll(each => each with { WasUnsure = unsure.Contains(each.Number) });
        }

        var lease = new Lease(envelope.Id, head.Part, counters.NextSequence());
        _lease.Set(lease.Token).Set(head.Message).Set(head.Part).Set(request.LeaseUntil).Run();
        return new DuePart(lease, envelope, head.Part, of, head.Lane, attempts + 1, recipients) { Wait = attempts + 1 - anew };
    }

    private bool IsUnderWay(DueHead head)
    {
        _open.Set(head.Message).Set(head.Part).Next();
        var isUnderWay = _open.Int(0) != 0;
        _open.Reset();
        return isUnderWay;
    }
}
