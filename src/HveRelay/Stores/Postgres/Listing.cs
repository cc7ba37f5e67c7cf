using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Lists messages. A state is matched by any recipient that is in it: a message that failed for one of two is a failed one too.</summary>
internal sealed class Listing(Link link)
{
    private const int MostShown = 3;

    private static readonly string Columns = $"""
        {Rows.EnvelopeColumnsOfM}, s.least, s.has_failed, s.count, s.next_due,
        (SELECT sum(p.attempts)::integer FROM part p WHERE p.message = m.id),
        ARRAY(SELECT r.address FROM recipient r WHERE r.message = m.id ORDER BY r.part, r.number LIMIT {MostShown}),
        (SELECT l.reply FROM (
            SELECT r.reply, a.ended_at AS at, a.id, r.outcome = {(int)Outcome.Relayed} AS is_relayed, r.recipient FROM attempt a JOIN attempt_result r ON r.message = a.message AND r.attempt = a.id
                WHERE a.message = m.id AND a.ended_at IS NOT NULL
            UNION ALL SELECT c.reason, c.at, c.id, FALSE, -1 FROM change c WHERE c.message = m.id AND c.kind = {(int)ChangeKind.Bounce}) l
            ORDER BY l.at DESC, l.id DESC, l.is_relayed, l.recipient LIMIT 1),
        {Sending("m.id")}
        """;

    public Task<List<QueueEntry>> ListAsync(QueueFilter filter) => link.ReadAsync(batch => Fill(batch, filter), Entry);

    /// <summary>Those that are still there, in no order.</summary>
    public Task<List<QueueEntry>> OfAsync(IReadOnlyList<long> ids) => link.ReadAsync(
        batch => batch.Do(Query("id = ANY($2)")).With(ids.Count).With(ids), Entry);

    /// <summary>The query with one condition for each part of the filter that is there.</summary>
    private static void Fill(NpgsqlBatch batch, QueueFilter filter)
    {
        (string Condition, object? Value)[] conditions =
        [
            ("id > {0}", filter.After?.Value),
            ("received_at < {0}", filter.ReceivedBefore?.UtcTicks),
            ("position(lower({0}) IN lower(client)) > 0", filter.Client),
            ("position(lower({0}) IN lower(reverse_path)) > 0", filter.Sender),
            ("EXISTS (SELECT 1 FROM recipient r WHERE r.message = id AND position(lower({0}) IN lower(r.address)) > 0)", filter.Recipient),
            ("EXISTS (SELECT 1 FROM recipient r WHERE r.message = id AND r.state = {0})", (long?)filter.State),
        ];
        var given = conditions.Where(each => each.Value is not null).ToArray();

        // What has not ended comes from an index of its own, before any history.
        var open = !filter.Ended || filter.State is RecipientState.Queued or RecipientState.Held;
        var where = given.Select((each, i) => string.Format(null, each.Condition, $"${i + 2}")).Append(open ? "ended_at IS NULL" : "TRUE")
            .Append(filter.Sending ? Sending("message.id") : "TRUE");
        var query = batch.Do(Query(string.Join(" AND ", where))).With(filter.Limit);
        foreach (var (_, value) in given)
        {
            query = value is string text ? query.With(text) : query.With((long)value!);
        }
    }

    /// <param name="where">What is to be true of a message; $1 is how many there may be.</param>
    private static string Query(string where) => $"""
        SELECT {Columns}
        FROM (SELECT * FROM message WHERE {where} ORDER BY id LIMIT $1) m,
            LATERAL (SELECT min(r.state) AS least, bool_or(r.state = {(int)RecipientState.Failed}) AS has_failed,
                count(*)::integer AS count, min(r.due_at) FILTER (WHERE r.state = {(int)RecipientState.Queued}) AS next_due
                FROM recipient r WHERE r.message = m.id) s
        ORDER BY m.id
        """;

    private static string Sending(string message) => $"EXISTS (SELECT 1 FROM attempt a WHERE a.message = {message} AND a.ended_at IS NULL)";

    private static QueueEntry Entry(NpgsqlDataReader row)
    {
        const int Next = Rows.EnvelopeCount;
        return new QueueEntry(
            row.Envelope(), State(row.GetInt32(Next), row.GetBoolean(Next + 1)), row.Texts(Next + 5), row.GetInt32(Next + 2),
            row.GetInt32(Next + 4), row.TimeOrNull(Next + 3), row.TextOrNull(Next + 6),
            row.GetBoolean(Next + 7));
    }

    /// <summary>Of what has ended a failure comes first: it is what people look for.</summary>
    private static RecipientState State(int least, bool hasFailed) =>
        least == (int)RecipientState.Relayed && hasFailed ? RecipientState.Failed : (RecipientState)least;
}
