using System.Globalization;

namespace HveRelay.Stores.Sqlite;

/// <summary>The files of a queue in its data directory.</summary>
internal sealed class QueueFiles(string directory)
{
    /// <summary>SQLite's names: the database, its write-ahead log, and the index of that.</summary>
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    public string Database { get; } = Path.Combine(directory, "queue.db");

    public string Lock { get; } = Path.Combine(directory, "hverelay.lock");

    public static FileStreamOptions Private(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>
    /// Makes an empty file that only we may read, where there is none: SQLite makes a database of it, and gives its other files the same
    /// rights. One that is there is not touched: closing it would take the locks from other connections of this process.
    /// </summary>
    public void CreateDatabase()
    {
        if (!File.Exists(Database))
        {
            new FileStream(Database, Private(FileMode.CreateNew, FileShare.ReadWrite)).Dispose();
        }
    }

    /// <summary>Renames what is there, keeping SQLite's suffixes last, so that the old queue can still be opened under its new name.</summary>
    public IReadOnlyList<string> SetAside(DateTimeOffset now)
    {
        var aside = Database + now.UtcDateTime.ToString("'.damaged-'yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var names = new List<string>();
        foreach (var suffix in Suffixes.Where(suffix => File.Exists(Database + suffix)))
        {
            File.Move(Database + suffix, aside + suffix);
            names.Add(aside + suffix);
        }

        return names;
    }
}
