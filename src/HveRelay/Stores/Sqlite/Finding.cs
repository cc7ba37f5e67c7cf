using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Everything known of one message.</summary>
internal sealed class Finding(Database database)
{
    private readonly Statement _message = database.Prepare($"SELECT {Rows.EnvelopeColumns}, ended_at, message_id, arrival FROM message WHERE id = ?");

    private readonly Statement _recipients = database.Prepare("""
        SELECT r.number, r.address, r.part, p.of, p.lane, r.state, r.due_at, r.ended_at
        FROM recipient r JOIN part p ON p.message = r.message AND p.number = r.part WHERE r.message = ? ORDER BY r.number
        """);

    private readonly Statement _attempts = database.Prepare(
        "SELECT id, part, number, account, started_at, ended_at, rewriting FROM attempt WHERE message = ? ORDER BY id");

    private readonly Statement _changes = database.Prepare(
        "SELECT at, kind, operator, reason, recipients FROM change WHERE message = ? ORDER BY id");

    private readonly Statement _results = database.Prepare(
        "SELECT recipient, outcome, reply, failure FROM attempt_result WHERE message = ? AND attempt = ? ORDER BY recipient");

    private readonly ToldRows _told = new(database);

    public MessageRecord? Find(MessageId id)
    {
        if (!_message.Set(id.Value).Next())
        {
            return null;
        }

        var (envelope, endedAt) = (Rows.Envelope(_message), _message.TimeOrNull(Rows.EnvelopeCount));
        var arrival = ArrivalText.Read(_message.TextOrNull(Rows.EnvelopeCount + 1), _message.TextOrNull(Rows.EnvelopeCount + 2));
        _message.Reset();
        var attempts = Attempts(id.Value);
        var changes = Changes(id.Value);
        var replies = from attempt in attempts
                      where attempt.EndedAt is not null
                      from result in attempt.Results
                      select (At: attempt.EndedAt!.Value, result.Recipient, result.Reply);
        var reasons = from change in changes
                      where change.Kind == ChangeKind.Bounce
                      from recipient in change.Recipients
                      select (change.At, Recipient: recipient, Reply: change.Reason!);
        var lastReplies = replies.Concat(reasons).OrderBy(each => each.At).ToLookup(each => each.Recipient, each => each.Reply);
        return new MessageRecord(envelope, endedAt, Recipients(id.Value, lastReplies), attempts, changes)
        {
            Arrival = arrival,
            Notices = _told.Of(id.Value),
        };
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

    private List<ChangeRecord> Changes(long message)
    {
        var changes = new List<ChangeRecord>();
        _changes.Set(message);
        while (_changes.Next())
        {
            var row = _changes;
            changes.Add(new ChangeRecord(
                row.Time(0), (ChangeKind)row.Int(1), row.Text(2), row.TextOrNull(3), ListColumns.SplitNumbers(row.Text(4))));
        }

        return changes;
    }

    private List<AttemptRecord> Attempts(long message)
    {
        var attempts = new List<AttemptRecord>();
        _attempts.Set(message);
        while (_attempts.Next())
        {
            var row = _attempts;
            attempts.Add(new AttemptRecord(
                row.Int(1), row.Int(2), row.Text(3), row.Time(4), row.TimeOrNull(5), Results(message, row.Long(0)))
            {
                Rewriting = ListColumns.SplitLines(row.TextOrNull(6)),
            });
        }

        return attempts;
    }

    private List<AttemptResultRecord> Results(long message, long attempt)
    {
        var results = new List<AttemptResultRecord>();
        _results.Set(message).Set(attempt);
        while (_results.Next())
        {
            results.Add(new AttemptResultRecord(_results.Int(0), (Outcome)_results.Int(1), _results.Text(2))
            {
                Failure = FailurePoint.Parse(_results.TextOrNull(3)),
            });
        }

        return results;
    }
}
