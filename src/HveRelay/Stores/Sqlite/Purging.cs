namespace HveRelay.Stores.Sqlite;

/// <summary>Drops the history of messages that ended long ago.</summary>
internal sealed class Purging(Database database)
{
    private readonly Statement _ended = database.Prepare(
        "SELECT id FROM message INDEXED BY message_ended WHERE ended_at < ? ORDER BY ended_at LIMIT ?");

    private readonly Statement[] _deletes =
    [
        database.Prepare("DELETE FROM attempt_result WHERE message = ?"),
        database.Prepare("DELETE FROM attempt WHERE message = ?"),
        database.Prepare("DELETE FROM change WHERE message = ?"),
        database.Prepare("DELETE FROM untold WHERE message = ?"),
        database.Prepare("DELETE FROM head WHERE message = ?"),
        database.Prepare("DELETE FROM told WHERE message = ?"),
        database.Prepare("DELETE FROM recipient WHERE message = ?"),
        database.Prepare("DELETE FROM part WHERE message = ?"),
        database.Prepare("DELETE FROM message WHERE id = ?"),
    ];

    public int Purge(DateTimeOffset before, int most)
    {
        var ended = new List<long>();
        _ended.Set(before).Set(most);
        while (_ended.Next())
        {
            ended.Add(_ended.Long(0));
        }

        foreach (var message in ended)
        {
            foreach (var delete in _deletes)
            {
                delete.Set(message).Run();
            }
        }

        return ended.Count;
    }
}
