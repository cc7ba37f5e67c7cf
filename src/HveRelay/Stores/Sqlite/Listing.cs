using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Lists messages. A state is matched by any recipient that is in it: a message that failed for one of two is a failed one too.</summary>
internal sealed class Listing(Database database)
{
    private const int MostShown = 3;
    private const string UnderWay = "id IN (SELECT a.message FROM attempt a INDEXED BY attempt_open WHERE a.ended_at IS NULL)";

    private readonly Statement _recipients = database.Prepare($"""
        SELECT min(state), max(state = {(int)RecipientState.Failed}), count(*), min(CASE WHEN state = {(int)RecipientState.Queued} THEN due_at END),
            (SELECT sum(attempts) FROM part WHERE message = ?1)
        FROM recipient WHERE message = ?1
        """);

    private readonly Statement _addresses = database.Prepare(
        $"SELECT address FROM recipient WHERE message = ? ORDER BY part, number LIMIT {MostShown}");

    private readonly Statement _lastReply = database.Prepare($"""
        SELECT r.reply, a.ended_at AS at, a.id AS id, r.outcome = {(int)Outcome.Relayed} AS is_relayed, r.recipient AS recipient
        FROM attempt a JOIN attempt_result r ON r.message = a.message AND r.attempt = a.id
        WHERE a.message = ?1 AND a.ended_at IS NOT NULL
        UNION ALL SELECT reason, at, id, 0, -1 FROM change WHERE message = ?1 AND kind = {(int)ChangeKind.Bounce}
        ORDER BY at DESC, id DESC, is_relayed, recipient LIMIT 1
        """);

    private readonly Statement _one = database.Prepare($"SELECT {Rows.EnvelopeColumns} FROM message WHERE id = ?");

    private readonly Statement _sending = database.Prepare(
        "SELECT EXISTS (SELECT 1 FROM attempt a INDEXED BY attempt_open WHERE a.message = ? AND a.ended_at IS NULL)");

    public List<QueueEntry> List(QueueFilter filter)
    {
        var envelopes = new List<Envelope>();
        using (var matching = Matching(filter))
        {
            while (matching.Next())
            {
                envelopes.Add(Rows.Envelope(matching));
            }
        }

        return envelopes.ConvertAll(Entry);
    }

    /// <summary>One message; null where it is gone.</summary>
    public QueueEntry? Of(long id)
    {
        var envelope = _one.Set(id).Next() ? Rows.Envelope(_one) : null;
        _one.Reset();
        return envelope is null ? null : Entry(envelope);
    }

    /// <summary>The query with one condition for each part of the filter that is there.</summary>
    private Statement Matching(QueueFilter filter)
    {
        (string Condition, object? Value)[] conditions =
        [
            ("id > ?", filter.After?.Value),
            ("received_at < ?", filter.ReceivedBefore?.UtcTicks),
            (@"client LIKE ? ESCAPE '\'", Anywhere(filter.Client)),
            (@"reverse_path LIKE ? ESCAPE '\'", Anywhere(filter.Sender)),
            (@"EXISTS (SELECT 1 FROM recipient r WHERE r.message = id AND r.address LIKE ? ESCAPE '\')", Anywhere(filter.Recipient)),
            (OfState(filter.State), (long?)filter.State),
        ];
        var given = conditions.Where(each => each.Value is not null).ToArray();

        // What has not ended comes from an index that holds it in order of age, before any history.
        var open = !filter.Ended || filter.State is RecipientState.Queued or RecipientState.Held;
        var where = given.Select(each => each.Condition).Append(open ? "ended_at IS NULL" : "TRUE").Append(filter.Sending ? UnderWay : "TRUE");
        var query = database.Prepare($"""
            SELECT {Rows.EnvelopeColumns} FROM message {(open ? "INDEXED BY message_ended" : "NOT INDEXED")}
            WHERE {string.Join(" AND ", where)} ORDER BY id LIMIT ?
            """);
        foreach (var (_, value) in given)
        {
            query = value is string text ? query.Set(text) : query.Set((long)value!);
        }

        return query.Set(filter.Limit);
    }

    /// <summary>Most recipients wait or were relayed, and of those the first hundred messages are soon found; the others have an index.</summary>
    private static string OfState(RecipientState? state) => state is RecipientState.Queued or RecipientState.Relayed
        ? "EXISTS (SELECT 1 FROM recipient r WHERE r.message = id AND r.state = ?)"
        : "id IN (SELECT r.message FROM recipient r INDEXED BY recipient_rare WHERE r.state NOT IN (0, 2) AND r.state = ?)";

    private static string? Anywhere(string? text) => text is null
        ? null
        : $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal)}%";

    /// <summary>Of what has ended a failure comes first: it is what people look for.</summary>
    private static RecipientState State(int least, int hasFailed) =>
        least == (int)RecipientState.Relayed && hasFailed != 0 ? RecipientState.Failed : (RecipientState)least;

    private QueueEntry Entry(Envelope envelope)
    {
        var id = envelope.Id.Value;
        _recipients.Set(id).Next();
        var (state, count, nextDue, attempts) =
            (State(_recipients.Int(0), _recipients.Int(1)), _recipients.Int(2), _recipients.TimeOrNull(3), _recipients.Int(4));
        _recipients.Reset();
        var addresses = new List<string>();
        _addresses.Set(id);
        while (_addresses.Next())
        {
            addresses.Add(_addresses.Text(0));
        }

        var lastReply = _lastReply.Set(id).Next() ? _lastReply.Text(0) : null;
        _lastReply.Reset();
        var sending = _sending.Set(id).Number() != 0;
        return new QueueEntry(envelope, state, addresses, count, attempts, nextDue, lastReply, sending);
    }
}
