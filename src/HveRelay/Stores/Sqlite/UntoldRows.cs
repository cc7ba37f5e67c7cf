using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Recipients that failed or are late and that nobody has been told of yet.</summary>
internal sealed class UntoldRows(Database database)
{
    private const string Waiting = "(0, 1)"; // Queued and Held of RecipientState

    // A failure takes the place of a delay, under a number of its own.
    private readonly Statement _add = database.Prepare($"""
        INSERT OR REPLACE INTO untold(message, recipient, delayed, at, reverse_path, client)
        SELECT id, ?2, 0, ?3, reverse_path, client FROM message WHERE id = ?1 AND protocol <> '{Origin.NoticeProtocol}'
        """);

    private readonly Statement _keepHead = database.Prepare($"""
        INSERT OR IGNORE INTO head(message, octets)
        SELECT m.id, substr(c.octets, 1, {INoticeStore.HeadOctets}) FROM message m JOIN content c ON c.id = m.content << {ContentRows.IndexBits}
        WHERE m.id = ? AND m.protocol <> '{Origin.NoticeProtocol}'
        """);

    private readonly Statement _late = database.Prepare($"""
        SELECT id FROM message INDEXED BY message_ended
        WHERE ended_at IS NULL AND id > (SELECT value FROM meta WHERE name = 'delays') AND received_at <= ?
            AND protocol <> '{Origin.NoticeProtocol}'
        ORDER BY id LIMIT ?
        """);

    private readonly Statement _delay = database.Prepare($"""
        INSERT OR IGNORE INTO untold(message, recipient, delayed, at, reverse_path, client)
        SELECT m.id, r.number, 1, ?2, m.reverse_path, m.client FROM message m JOIN recipient r ON r.message = m.id
        WHERE m.id = ?1 AND r.state IN {Waiting}
        """);

    private readonly Statement _looked = database.Prepare("UPDATE meta SET value = ? WHERE name = 'delays'");
    private readonly Statement _sources = database.Prepare("SELECT DISTINCT reverse_path, client FROM untold LIMIT ?");

    private readonly Statement _overtaken = database.Prepare($"""
        DELETE FROM untold WHERE reverse_path = ? AND client = ? AND delayed = 1 AND NOT EXISTS
            (SELECT 1 FROM recipient r WHERE r.message = untold.message AND r.number = untold.recipient AND r.state IN {Waiting})
        """);

    private readonly Statement _count = database.Prepare(
        "SELECT ifnull(max(id), 0), count(*), ifnull(sum(delayed), 0) FROM untold WHERE reverse_path = ? AND client = ?");

    private readonly Statement _first = database.Prepare($"""
        SELECT u.message, u.recipient, u.delayed, u.at, coalesce(
            (SELECT octets FROM head WHERE message = u.message),
            (SELECT substr(octets, 1, {INoticeStore.HeadOctets}) FROM content WHERE id = m.content << {ContentRows.IndexBits}),
            x'')
        FROM untold u LEFT JOIN message m ON m.id = u.message WHERE u.reverse_path = ? AND u.client = ? ORDER BY u.id LIMIT ?
        """);

    private readonly Statement _lastTold = database.Prepare("SELECT at FROM notified WHERE receiver = ?");

    /// <summary>A recipient has just failed; the content is still there.</summary>
    public void Add(long message, int recipient, DateTimeOffset at)
    {
        _add.Set(message).Set(recipient).Set(at).Run();
        _keepHead.Set(message).Run();
    }

    public bool AreAnyLate(DateTimeOffset receivedUntil) => _late.Set(receivedUntil).Set(1).Number() is not null;

    public int Delay(DateTimeOffset receivedUntil, DateTimeOffset now, int most)
    {
        var late = new List<long>();
        _late.Set(receivedUntil).Set(most);
        while (_late.Next())
        {
            late.Add(_late.Long(0));
        }

        foreach (var message in late)
        {
            _delay.Set(message).Set(now).Run();
        }

        if (late.Count > 0)
        {
            _looked.Set(late[^1]).Run();
        }

        return late.Count;
    }

    public IReadOnlyList<UntoldSource> Sources(int most)
    {
        var sources = new List<UntoldSource>();
        _sources.Set(most);
        while (_sources.Next())
        {
            sources.Add(new UntoldSource(_sources.Text(0), _sources.Text(1)));
        }

        return sources;
    }

    public UntoldBatch Of(UntoldSource source, int most)
    {
        _overtaken.Set(source.ReversePath).Set(source.Client).Run();
        _count.Set(source.ReversePath).Set(source.Client).Next();
        var (through, count, delayed) = (_count.Long(0), _count.Int(1), _count.Int(2));
        _count.Reset();
        var first = new List<UntoldRecipient>();
        _first.Set(source.ReversePath).Set(source.Client).Set(most);
        while (_first.Next())
        {
            first.Add(new UntoldRecipient(
                new MessageId(_first.Long(0)), _first.Int(1), _first.Bool(2), _first.Time(3), _first.Octets(4).ToArray()));
        }

        return new UntoldBatch(source, through, count - delayed, delayed, first);
    }

    public DateTimeOffset? LastTold(string receiver) =>
        _lastTold.Set(receiver).Number() is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
}
