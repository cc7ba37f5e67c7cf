using System.Collections.Concurrent;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// What a broken connection left behind and nobody else will put in order while this node lives: contents that no message owns, and
/// leases that the database may have written and that nobody got. It is done when the database answers again.
/// </summary>
internal sealed class Leftovers(Link link)
{
    private readonly ConcurrentQueue<long> _contents = [];
    private readonly ConcurrentQueue<Lease> _leases = [];

    /// <summary>Drops a content, or remembers to.</summary>
    public async Task DropAsync(long content)
    {
        try
        {
            await DropNowAsync(content);
        }
        catch (Exception cause) when (Faults.Translate(cause) is StoreException)
        {
            _contents.Enqueue(content);
        }
    }

    /// <summary>Leases that nobody knows of: their parts, and attempts that were written under them, are to be given back.</summary>
    public void Remember(IEnumerable<Lease> leases)
    {
        foreach (var lease in leases)
        {
            _leases.Enqueue(lease);
        }
    }

    /// <summary>Puts in order what is left behind, one after the other; what fails is tried again at the next call.</summary>
    public async Task ClearAsync(Func<Lease, Task> giveBack)
    {
        while (_contents.TryPeek(out var content))
        {
            await DropNowAsync(content);
            _contents.TryDequeue(out _);
        }

        while (_leases.TryPeek(out var lease))
        {
            await giveBack(lease);
            _leases.TryDequeue(out _);
        }
    }

    private Task<int> DropNowAsync(long content) => link.BatchAsync(
        Need.Write,
        batch =>
        {
            batch.Do("DELETE FROM unfinished WHERE content = $1").With(content);
            batch.Do("DELETE FROM content WHERE id = $1").With(content);
        },
        batch => batch.ExecuteNonQueryAsync());
}
