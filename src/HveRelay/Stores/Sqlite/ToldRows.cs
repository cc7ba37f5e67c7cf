using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Who was told of what became of a message, and what nobody was told of yet.</summary>
internal sealed class ToldRows(Database database)
{
    private readonly Statement _notices = database.Prepare("""
        SELECT at, receiver, notice, delayed, recipient FROM (
            SELECT at, receiver, notice, delayed, recipient FROM told WHERE message = ?1
            UNION ALL SELECT NULL, '', NULL, delayed, recipient FROM untold WHERE message = ?1)
        ORDER BY at IS NULL, at, notice, delayed, recipient
        """);

    public List<NoticeRecord> Of(long message)
    {
        var rows = new List<(DateTimeOffset? At, string Receiver, long? Notice, bool Delayed, int Recipient)>();
        _notices.Set(message);
        while (_notices.Next())
        {
            rows.Add((_notices.TimeOrNull(0), _notices.Text(1), _notices.IsNull(2) ? null : _notices.Long(2), _notices.Bool(3), _notices.Int(4)));
        }

        return [.. rows.GroupBy(row => (row.At, row.Receiver, row.Notice, row.Delayed)).Select(each => new NoticeRecord(
            each.Key.At, each.Key.Receiver, each.Key.Notice is { } id ? new MessageId(id) : null, each.Key.Delayed,
            [.. each.Select(row => row.Recipient)]))];
    }
}
