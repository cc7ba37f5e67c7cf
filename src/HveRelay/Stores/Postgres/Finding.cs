using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>Everything known of one message.</summary>
internal sealed class Finding(Link link)
{
    private static readonly string Recipients = $"""
        SELECT r.number, r.address, r.part, p.parts, p.lane, r.state, r.due_at, r.ended_at,
            (SELECT l.reply FROM (
                SELECT t.reply, a.ended_at AS at, a.id FROM attempt a JOIN attempt_result t ON t.message = a.message AND t.attempt = a.id
                    WHERE a.message = r.message AND a.ended_at IS NOT NULL AND t.recipient = r.number
                UNION ALL SELECT c.reason, c.at, c.id FROM change c
                    WHERE c.message = r.message AND c.kind = {(int)ChangeKind.Bounce} AND r.number = ANY(c.recipients)) l
                ORDER BY l.at DESC, l.id DESC LIMIT 1)
        FROM recipient r JOIN part p ON p.message = r.message AND p.number = r.part WHERE r.message = $1 ORDER BY r.number
        """;

    private const string Told = """
        SELECT at, receiver, notice, delayed, array_agg(recipient ORDER BY recipient) FROM (
            SELECT at, receiver, notice, delayed, recipient FROM told WHERE message = $1
            UNION ALL SELECT NULL, '', NULL, delayed, recipient FROM untold WHERE message = $1) n
        GROUP BY at, receiver, notice, delayed ORDER BY at NULLS LAST, notice, delayed
        """;

    public Task<MessageRecord?> FindAsync(MessageId id) => link.BatchAsync(
        Need.Read,
        batch =>
        {
            batch.Do($"SELECT {Rows.EnvelopeColumns}, ended_at, message_id, arrival FROM message WHERE id = $1").With(id.Value);
            batch.Do(Recipients).With(id.Value);
            batch.Do("SELECT attempt, recipient, outcome, reply, failure FROM attempt_result WHERE message = $1 ORDER BY attempt, recipient").With(id.Value);
            batch.Do("SELECT at, kind, operator, reason, recipients FROM change WHERE message = $1 ORDER BY at, id").With(id.Value);
            batch.Do("SELECT id, part, number, account, started_at, ended_at, rewriting FROM attempt WHERE message = $1 ORDER BY started_at, id").With(id.Value);
            batch.Do(Told).With(id.Value);
        },
        async batch =>
        {
            await using var reader = await batch.ExecuteReaderAsync();
            var found = await reader.RowsAsync(row => (
                Envelope: row.Envelope(), EndedAt: row.TimeOrNull(Rows.EnvelopeCount),
                Arrival: ArrivalText.Read(row.TextOrNull(Rows.EnvelopeCount + 1), row.TextOrNull(Rows.EnvelopeCount + 2))));
            await reader.NextResultAsync();
            var recipients = await reader.RowsAsync(row => new RecipientRecord(
                row.GetInt32(0), row.Text(1), row.GetInt32(2), row.GetInt32(3), new Lane(row.Text(4)), (RecipientState)row.GetInt32(5),
                row.TimeOrNull(6), row.TimeOrNull(7), row.TextOrNull(8)));
            await reader.NextResultAsync();
            var results = (await reader.RowsAsync(row =>
                (Attempt: row.GetInt64(0), Result: new AttemptResultRecord(row.GetInt32(1), (Outcome)row.GetInt32(2), row.Text(3)) { Failure = FailurePoint.Parse(row.TextOrNull(4)) })))
                .ToLookup(each => each.Attempt, each => each.Result);
            await reader.NextResultAsync();
            var changes = await reader.RowsAsync(row => new ChangeRecord(
                row.Time(0), (ChangeKind)row.GetInt32(1), row.Text(2), row.TextOrNull(3), row.GetFieldValue<int[]>(4)));
            await reader.NextResultAsync();
            var attempts = await reader.RowsAsync(row => new AttemptRecord(
                row.GetInt32(1), row.GetInt32(2), row.Text(3), row.Time(4), row.TimeOrNull(5), [.. results[row.GetInt64(0)]])
            {
                Rewriting = row.IsDBNull(6) ? [] : row.Texts(6),
            });
            await reader.NextResultAsync();
            var notices = await reader.RowsAsync(row => new NoticeRecord(
                row.TimeOrNull(0), row.Text(1), row.LongOrNull(2) is { } notice ? new MessageId(notice) : null, row.GetBoolean(3), row.GetFieldValue<int[]>(4)));
            return found is [var message]
                ? new MessageRecord(message.Envelope, message.EndedAt, recipients, attempts, changes) { Arrival = message.Arrival, Notices = notices }
                : null;
        });
}
