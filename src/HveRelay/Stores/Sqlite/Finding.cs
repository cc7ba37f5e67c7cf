using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Everything known of one message.</summary>
internal sealed class Finding(Database database)
{
    private readonly Statement _message = database.Prepare($"SELECT {Rows.EnvelopeColumns}, ended_at FROM message WHERE id = ?");

    private readonly Statement _recipients = database.Prepare("""
        SELECT r.number, r.address, r.part, p.of, p.lane, r.state, r.due_at, r.ended_at
        FROM recipient r JOIN part p ON p.message = r.message AND p.number = r.part WHERE r.message = ? ORDER BY r.number
        """);

    private readonly Statement _attempts = database.Prepare(
        "SELECT id, part, number, account, started_at, ended_at FROM attempt WHERE message = ? ORDER BY id");

    private readonly Statement _results = database.Prepare(
        "SELECT recipient, outcome, reply FROM attempt_result WHERE message = ? AND attempt = ? ORDER BY recipient");

    public MessageRecord? Find(MessageId id)
    {
        if (!_message.Set(id.Value).Next())
        {
            return null;
        }

        var (envelope, endedAt) = (Rows.Envelope(_message), _message.TimeOrNull(Rows.EnvelopeCount));
        _message.Reset();
        var attempts = Attempts(id.Value);
        var lastReplies = attempts.Where(attempt => attempt.EndedAt is not null).OrderBy(attempt => attempt.EndedAt)
            .SelectMany(attempt => attempt.Results).ToLookup(result => result.Recipient, result => result.Reply);
        return new MessageRecord(envelope, endedAt, Recipients(id.Value, lastReplies), attempts);
    }

    private List<RecipientRecord> Recipients(long message, ILookup<int, string> lastReplies)
    {
        var recipients = new List<RecipientRecord>();
        _recipients.Set(message);
        while (_recipients.Next())
        {
            var row = _recipients;
            recipients.Add(new RecipientRecord(
                row.Int(0), row.Text(1), row.Int(2), row.Int(3), new Lane(row.Text(4)), (RecipientState)row.Int(5), row.TimeOrNull(6),
                row.TimeOrNull(7), lastReplies[row.Int(0)].LastOrDefault()));
        }

        return recipients;
    }

    private List<AttemptRecord> Attempts(long message)
    {
        var attempts = new List<AttemptRecord>();
        _attempts.Set(message);
        while (_attempts.Next())
        {
            var row = _attempts;
            attempts.Add(new AttemptRecord(
                row.Int(1), row.Int(2), row.Text(3), row.Time(4), row.TimeOrNull(5), Results(message, row.Long(0))));
        }

        return attempts;
    }

    private List<AttemptResultRecord> Results(long message, long attempt)
    {
        var results = new List<AttemptResultRecord>();
        _results.Set(message).Set(attempt);
        while (_results.Next())
        {
            results.Add(new AttemptResultRecord(_results.Int(0), (Outcome)_results.Int(1), _results.Text(2)));
        }

        return results;
    }
}
