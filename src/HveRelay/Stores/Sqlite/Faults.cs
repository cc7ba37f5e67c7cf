using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>What SQLite's result codes mean for a person (https://www.sqlite.org/rescode.html).</summary>
internal static class Faults
{
    /// <summary>ENOSPC and EDQUOT of Linux, and Windows' ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL: a disk may say it at the sync only.</summary>
    private const int NoSpace = 28, QuotaUsedUp = 122, DiskFull = unchecked((int)0x80070070), HandleDiskFull = unchecked((int)0x80070027);

    public const int Busy = 5;

    /// <summary>
    /// SQLITE_IOERR_SHORT_READ: the WAL ends before what its index says, since it was cut after a failed sync and another program, which
    /// still reads, keeps the index (<see cref="WalCut"/>).
    /// </summary>
    public const int ShortRead = 522;

    private static readonly Dictionary<int, (StoreFault Fault, string Words)> ByCode = new()
    {
        [3 /* PERM */] = (StoreFault.Unwritable, "the queue's files may not be accessed"),
        [Busy] = (StoreFault.Locked, "another program holds the queue"),
        [6 /* LOCKED */] = (StoreFault.Locked, "another program holds the queue"),
        [8 /* READONLY */] = (StoreFault.Unwritable, "the queue's files may not be written"),
        [10 /* IOERR */] = (StoreFault.Unwritable, "the disk of the queue failed"),
        [11 /* CORRUPT */] = (StoreFault.Damaged, "the queue is damaged"),
        [13 /* FULL */] = (StoreFault.Full, "the disk of the queue is full"),
        [14 /* CANTOPEN */] = (StoreFault.Unwritable, "the queue's files cannot be opened"),
        [26 /* NOTADB */] = (StoreFault.Damaged, "the queue is damaged"),
    };

    /// <summary>The fault behind an exception; whatever SQLite says is one. The exception itself where it is a bug of ours.</summary>
    public static Exception Translate(Exception cause)
    {
        if (cause is IOException { HResult: NoSpace or QuotaUsedUp or DiskFull or HandleDiskFull })
        {
            return new StoreException(StoreFault.Full, $"the disk of the queue is full: {cause.Message}", cause);
        }

        if (cause is IOException or UnauthorizedAccessException)
        {
            return new StoreException(StoreFault.Unwritable, $"the disk of the queue failed: {cause.Message}", cause);
        }

        if (cause is not SqliteException sqlite)
        {
            return cause;
        }

        if (sqlite.SqliteExtendedErrorCode == ShortRead)
        {
            return new StoreException(StoreFault.Locked, $"another program reads the queue as it was before a sync failed: {sqlite.Message}", sqlite);
        }

        var (fault, words) = ByCode.GetValueOrDefault(sqlite.SqliteErrorCode, (StoreFault.Unwritable, "the queue could not be used"));
        return new StoreException(fault, $"{words}: {sqlite.Message}", sqlite);
    }

    /// <summary>The fault of a lost transaction: every operation in it fails with it.</summary>
    public static StoreException OfTransaction(Exception cause) =>
        Translate(cause) as StoreException
        ?? new StoreException(StoreFault.Unwritable, $"the queue could not be written: {cause.Message}", cause);
}
