namespace HveRelay.Stores.Sqlite;

/// <summary>
/// queue.db-wal beside SQLite, which leaves its syncs to us (<see cref="WalSyncs"/>). SQLite holds no lock on this file, so that closing
/// it here takes none away.
/// </summary>
internal interface IWalFile
{
    /// <summary>
    /// A way to sync it, for one thread. Each has a descriptor of its own: the system tells of a failed write once for each, so a failure
    /// that another thread has heard of is not hidden from this one.
    /// </summary>
    IWalSync OpenSync();

    /// <summary>In octets; 0 where there is none.</summary>
    long Length { get; }

    /// <summary>Cuts it to that many octets where it is longer, and syncs it.</summary>
    void Cut(long length);
}

internal interface IWalSync : IDisposable
{
    /// <summary>Returns when all that was written before is on stable storage.</summary>
    /// <exception cref="IOException">It is not, and no later sync says anything about it.</exception>
    void Run();
}
