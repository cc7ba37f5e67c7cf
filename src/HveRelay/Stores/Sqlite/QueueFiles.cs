using System.Globalization;

namespace HveRelay.Stores.Sqlite;

/// <summary>The files of a queue in its data directory.</summary>
internal sealed class QueueFiles(string directory)
{
    /// <summary>SQLite's names: the database, its write-ahead log, the index of that, and the journal of a file with no such log yet.</summary>
    private static readonly string[] Suffixes = ["", "-wal", "-shm", "-journal"];

    private const string Recovered = ".recovered-";

    public string Database { get; } = Path.Combine(directory, "queue.db");

    public string Lock { get; } = Path.Combine(directory, "hverelay.lock");

    public bool HasJournal => File.Exists(Database + "-journal");

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
    public IReadOnlyList<string> SetAside(string stamp)
    {
        var aside = Database + ".damaged-" + stamp;
        var names = new List<string>();

        // The database last: without it, a log that is left behind would be taken for that of the next one.
        foreach (var suffix in Suffixes.Reverse().Where(suffix => File.Exists(Database + suffix)))
        {
            File.Move(Database + suffix, aside + suffix);
            names.Insert(0, aside + suffix);
        }

        return names;
    }

    /// <summary>The name of a moment in the names of files.</summary>
    public static string StampOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    /// <summary>What is saved of a damaged queue, while it is not complete. Of use to nobody when we died over it.</summary>
    public string BeginRecovered()
    {
        var path = Database + ".recovering";
        DropRecovered(path);
        new FileStream(path, Private(FileMode.CreateNew, FileShare.ReadWrite)).Dispose();
        return path;
    }

    public static void DropRecovered(string path)
    {
        foreach (var suffix in Suffixes)
        {
            File.Delete(path + suffix);
        }
    }

    /// <summary>It is complete, and is to take the queue's place: from here on a crash only delays that.</summary>
    public void CompleteRecovered(string path, string stamp)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            StableStorage.Sync(file);
        }

        File.Move(path, Database + Recovered + stamp);
    }

    /// <summary>Sets the damaged queue aside and puts what was saved of it in its place, also where a crash came in between.</summary>
    public IReadOnlyList<string> TakeRecovered()
    {
        var names = new List<string>();
        foreach (var recovered in Directory.GetFiles(Path.GetDirectoryName(Database)!, Path.GetFileName(Database) + Recovered + "*"))
        {
            names.AddRange(SetAside(recovered[(Database.Length + Recovered.Length)..]));
            File.Move(recovered, Database);
        }

        return names;
    }
}
