using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Where the queue lies and when it is too full to take more.</summary>
/// <param name="Directory">The data directory. It must be there; the store makes its files in it.</param>
/// <param name="MinimumFreeBytes">Below so much free space no new mail is taken; what is queued still leaves. 0 switches it off.</param>
/// <param name="FreeBytes">The free octets of the volume; absent: asked of the system.</param>
public sealed record SqliteStoreOptions(string Directory, long MinimumFreeBytes = 0, Func<long>? FreeBytes = null)
{
    /// <summary>How long the start waits for the check after an unclean end; what is not over by then goes on beside the work.</summary>
    public TimeSpan CheckAtStart { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Told once, on any thread, when damage shows while the store is open.</summary>
    public Action<StoreException>? OnDamage { get; init; }

    /// <summary>For tests: runs before the check after an unclean end begins, and may hold it up.</summary>
    internal Action? BeforeCheck { get; init; }

    /// <summary>For tests: sees each writing statement before it runs, and may throw in its place.</summary>
    internal Action<string>? BeforeWrite { get; init; }

    /// <summary>By so many pages the WAL grows between two checkpoints beside the work; four times as long, it starts over.</summary>
    internal int CheckpointPages { get; init; } = 2048; // 16 MiB

    /// <summary>For tests: the WAL of a disk that they watch; absent: the system's file.</summary>
    internal IWalFile? Wal { get; init; }
}
