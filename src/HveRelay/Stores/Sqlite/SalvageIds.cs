using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Finds the ids of the messages in a damaged queue: by table and by index, from the front, from the back, and in
/// what is left between by halves, so that one unreadable page hides only what stands on it.
/// </summary>
internal sealed class SalvageIds(Database database)
{
    private const int MostFailures = 2000;
    private readonly SortedSet<long> _ids = [];
    private int _failures;

    public IReadOnlyCollection<long> All()
    {
        Find("SELECT id FROM message NOT INDEXED WHERE id > ? AND id < ? ORDER BY id");
        Find("SELECT id FROM message INDEXED BY message_ended WHERE ended_at IS NULL AND id > ? AND id < ? ORDER BY id");
        Find("SELECT message FROM recipient WHERE message > ? AND message < ? ORDER BY message");
        return _ids;
    }

    private void Find(string sql)
    {
        try
        {
            _failures = 0;
            using var forward = database.Prepare(sql);
            using var backward = database.Prepare(sql + " DESC");
            Between(0, long.MaxValue, forward, backward);
        }
        catch (SqliteException)
        {
            // This way in is closed altogether.
        }
    }

    private void Between(long low, long high, Statement forward, Statement backward)
    {
        if (high - low < 2 || Read(forward, low, high, low) is not { } first || Read(backward, first, high, high) is not { } last || ++_failures > MostFailures)
        {
            return;
        }

        var middle = first + ((last - first) / 2);
        if (middle > first && middle < last)
        {
            Between(first, middle, forward, backward);
            Between(middle - 1, last, forward, backward);
        }
    }

    /// <summary>The last id that was read before it failed, or where it began; null when all was read.</summary>
    private long? Read(Statement way, long low, long high, long begin)
    {
        var last = begin;
        try
        {
            way.Set(low).Set(high);
            while (way.Next())
            {
                last = way.Long(0);
                _ids.Add(last);
            }

            return null;
        }
        catch (SqliteException)
        {
            way.Reset();
            return last;
        }
    }
}
