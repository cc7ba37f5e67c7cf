using HveRelay.Stores.Sqlite;

namespace HveRelay.Tests.Support.Disk;

/// <summary>The WAL of a queue on a watched disk, as the store syncs and cuts it itself.</summary>
internal sealed class WatchedWal(WatchedDisk disk, string directory) : IWalFile
{
    private const string Name = "queue.db-wal";
    private const int SqliteFull = 13, NoSpace = 28, IoError = 5;
    private readonly string _path = Path.Combine(directory, Name);

    public IWalSync OpenSync() => new WatchedSync(disk);

    public long Length => new FileInfo(_path) is { Exists: true } file ? file.Length : 0;

    public void Cut(long length)
    {
        if (!File.Exists(_path))
        {
            return;
        }

        using (var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            if (file.Length > length)
            {
                Do(disk, new DiskOperation.Truncate(Name, length), () => file.SetLength(length));
            }
        }

        Sync(disk);
    }

    private static void Sync(WatchedDisk disk) => Do(disk, new DiskOperation.Sync(Name), () => { });

    private static void Do(WatchedDisk disk, DiskOperation operation, Action real)
    {
        var code = disk.Do(operation, () =>
        {
            real();
            return 0;
        });
        if (code != 0)
        {
            throw new IOException($"{operation.GetType().Name} of {operation.File} fails, as told ({code})", code == SqliteFull ? NoSpace : IoError);
        }
    }

    private sealed class WatchedSync(WatchedDisk disk) : IWalSync
    {
        public void Run() => Sync(disk);

        public void Dispose()
        {
        }
    }
}
