namespace HveRelay.Tests.Support.Disk;

/// <summary>
/// The disk below SQLite for the files of one directory, also those that other tests' connections do not see: everything that changes
/// them is written down in order, and may fail in place of being done.
/// </summary>
internal sealed class WatchedDisk : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<DiskOperation> _operations = [];
    private readonly string _directory;

    public WatchedDisk(string directory)
    {
        _directory = directory + Path.DirectorySeparatorChar;
        SqliteShim.Watch(this);
    }

    /// <summary>Asked before each operation: SQLite's result code with which it fails, or 0.</summary>
    public Func<DiskOperation, int>? Fault { get; set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _operations.Count;
            }
        }
    }

    public IReadOnlyList<DiskOperation> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _operations];
            }
        }
    }

    public bool Holds(string path) => path.StartsWith(_directory, StringComparison.Ordinal);

    /// <summary>Does the operation, unless it is to fail, and writes it down; returns SQLite's result code.</summary>
    public int Do(DiskOperation operation, Func<int> real)
    {
        lock (_gate)
        {
            var code = Fault?.Invoke(operation) ?? 0;
            if (code != 0)
            {
                if (operation is DiskOperation.Sync sync)
                {
                    _operations.Add(new DiskOperation.FailedSync(sync.File));
                }

                return code;
            }

            code = real();
            if (code == 0)
            {
                _operations.Add(operation);
            }

            return code;
        }
    }

    public void Dispose() => SqliteShim.Forget(this);
}
