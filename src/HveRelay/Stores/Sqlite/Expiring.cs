using System.Text.Json;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Fails queued recipients whose time is over.</summary>
internal sealed class Expiring(Database database, PartRows parts, RecipientEnds ends)
{
    private readonly Statement _over = database.Prepare($"""
        SELECT m.{Rows.EnvelopeColumns.Replace(", ", ", m.", StringComparison.Ordinal)}, r.part, r.number, r.address,
            (SELECT count(*) FROM attempt_result a WHERE a.message = r.message AND a.recipient = r.number),
            (SELECT reply FROM attempt_result a WHERE a.message = r.message AND a.recipient = r.number ORDER BY attempt DESC LIMIT 1)
        FROM message m INDEXED BY message_expiry
            JOIN part p ON p.message = m.id JOIN recipient r ON r.message = m.id AND r.part = p.number
        WHERE m.ended_at IS NULL AND m.queued > 0 AND m.expires_at < ?1
            AND p.lane IN (SELECT value FROM json_each(?2)) AND (p.lease_until IS NULL OR p.lease_until <= ?1)
            AND r.state = {(int)RecipientState.Queued}
        ORDER BY m.expires_at, m.id, r.part, r.number LIMIT ?3
        """);

    public IReadOnlyList<ExpiredRecipient> Expire(IReadOnlyList<Lane> lanes, DateTimeOffset now, int most)
    {
        var expired = new List<(int Part, ExpiredRecipient Recipient)>();
        _over.Set(now).Set(Names(lanes)).Set(most);
        while (_over.Next())
        {
            const int Next = Rows.EnvelopeCount;
            expired.Add((_over.Int(Next), new ExpiredRecipient(
                Rows.Envelope(_over), _over.Int(Next + 1), _over.Text(Next + 2), _over.Int(Next + 3), _over.TextOrNull(Next + 4))));
        }

        foreach (var part in expired.GroupBy(each => (each.Recipient.Envelope.Id, each.Part)))
        {
            var tally = default(Tally);
            foreach (var (_, recipient) in part)
            {
                ends.Move((part.Key.Id.Value, part.Key.Part, recipient.Number), RecipientState.Failed, null, now, ref tally);
            }

            ends.Count(part.Key.Id.Value, tally, now);
            parts.Free(part.Key.Id.Value, part.Key.Part);
        }

        return expired.ConvertAll(each => each.Recipient);
    }

    /// <summary>Lanes as a JSON array: a list of any length in one parameter.</summary>
    public static string Names(IReadOnlyList<Lane> lanes) => JsonSerializer.Serialize(lanes.Select(lane => lane.Name));
}
