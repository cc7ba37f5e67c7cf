using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Fails queued recipients whose time is over. What another node is just at is passed over.</summary>
internal sealed class Expiring(Link link)
{
    private const string Over = $"""
        SELECT {Rows.EnvelopeColumnsOfM}, r.part, r.number, r.address,
            (SELECT count(*)::integer FROM attempt_result a WHERE a.message = r.message AND a.recipient = r.number),
            (SELECT a.reply FROM attempt_result a JOIN attempt t ON t.message = a.message AND t.id = a.attempt
                WHERE a.message = r.message AND a.recipient = r.number ORDER BY t.started_at DESC, t.id DESC LIMIT 1)
        FROM message m JOIN part p ON p.message = m.id JOIN recipient r ON r.message = m.id AND r.part = p.number
        WHERE m.ended_at IS NULL AND m.queued > 0 AND m.expires_at < $1
            AND p.lane = ANY($2) AND (p.lease_until IS NULL OR p.lease_until <= $1) AND p.attempt IS NULL
            AND r.state = 0
        ORDER BY m.expires_at, m.id, r.part, r.number LIMIT $3 FOR UPDATE OF p, r SKIP LOCKED
        """;

    public Task<IReadOnlyList<ExpiredRecipient>> ExpireAsync(IReadOnlyList<Lane> lanes, DateTimeOffset now, int most) =>
        link.TransactAsync(Need.Sync, connection => ExpireAsync(connection, lanes, now, most));

    private static async Task<IReadOnlyList<ExpiredRecipient>> ExpireAsync(
        NpgsqlConnection connection, IReadOnlyList<Lane> lanes, DateTimeOffset now, int most)
    {
        await using var look = connection.CreateBatch();
        look.Do(Over).With(now).With(lanes).With(most);
        var expired = await look.ListAsync(row => (Part: row.GetInt32(Rows.EnvelopeCount), Recipient: Read(row)));
        if (expired.Count == 0)
        {
            return [];
        }

        await using var batch = connection.CreateBatch();
        foreach (var part in expired.GroupBy(each => (Message: each.Recipient.Envelope.Id.Value, each.Part)).OrderBy(group => group.Key))
        {
            RecipientEnds.Add(
                batch, part.Key.Message, part.Key.Part, now,
                [.. part.Select(each => new RecipientMove(each.Recipient.Number, RecipientState.Failed, null))]);
        }

        await batch.ExecuteNonQueryAsync();
        return expired.ConvertAll(each => each.Recipient);
    }

    private static ExpiredRecipient Read(NpgsqlDataReader row)
    {
        const int Next = Rows.EnvelopeCount;
        return new ExpiredRecipient(row.Envelope(), row.GetInt32(Next + 1), row.Text(Next + 2), row.GetInt32(Next + 3), row.TextOrNull(Next + 4));
    }
}
