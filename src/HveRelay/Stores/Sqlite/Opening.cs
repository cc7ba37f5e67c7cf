using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>What has to hold before a queue is used, and the sentence for each way in which it does not.</summary>
internal static class Opening
{
    private const string Remedy =
        "restore it from a backup, or set it aside with 'hverelay queue set-aside' and start with an empty queue";

    /// <summary>Makes the file where there is none, checks it after an unclean end, and brings its tables up to date; returns its path.</summary>
    public static string PrepareDatabase(SqliteStoreOptions options, DirectoryLock held, ILogger log)
    {
        var files = new QueueFiles(options.Directory);
        try
        {
            files.CreateDatabase();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw DirectoryLock.Unwritable(options.Directory, cause);
        }

        // A writer leaves its marks in the file, and its end moves the WAL into it: what is refused is only read.
        using (var untouched = Database.OpenReader(files.Database))
        {
            if (!Schema.IsOurs(untouched))
            {
                throw Foreign(files.Database);
            }

            if (!held.EndedCleanly)
            {
                log.LogWarning("the relay did not end cleanly last time: checking {File}", files.Database);
                if (untouched.Text("PRAGMA quick_check(1)") is not "ok" and var damage)
                {
                    throw new StoreOpenException($"{files.Database} is damaged ({damage}): {Remedy}");
                }
            }
        }

        using var database = Database.OpenWriter(files.Database);
        Schema.Migrate(database);
        return files.Database;
    }

    public static ReadPool Readers(string directory)
    {
        var path = new QueueFiles(directory).Database;
        if (!File.Exists(path))
        {
            throw new StoreOpenException($"there is no queue in {directory}: {path} does not exist");
        }

        try
        {
            using var database = OpenToRead(path);
            return Schema.IsCurrent(database) ? new ReadPool(() => OpenToRead(path))
                : throw (Schema.IsOurs(database) ? Older(path) : Foreign(path));
        }
        catch (SqliteException cause)
        {
            throw Unopenable(directory, cause);
        }
    }

    public static StoreOpenException Unopenable(string directory, SqliteException cause)
    {
        var path = new QueueFiles(directory).Database;
        return Faults.Translate(cause) switch
        {
            StoreException { Fault: StoreFault.Damaged } => new($"{path} is damaged or no queue at all ({cause.Message}): {Remedy}", cause),
            StoreException fault => new($"{path} cannot be opened: {fault.Message}", cause),
            _ => new($"{path} cannot be used: {cause.Message}", cause),
        };
    }

    private static StoreOpenException Foreign(string path) =>
        new($"{path} was made by a newer version of the relay, or by another program: run the version that made it, or name another directory");

    private static StoreOpenException Older(string path) =>
        new($"{path} was made by an older version of the relay: start the relay, which brings it up to date");

    private static Database OpenToRead(string path)
    {
        Database? database = null;
        try
        {
            // The first look is what needs the WAL's index beside the file.
            database = Database.OpenReader(path);
            database.Number("SELECT count(*) FROM sqlite_schema");
            return database;
        }
        catch (SqliteException cause)
        {
            database?.Dispose();
            if (File.Exists(path + "-wal") || Faults.Translate(cause) is StoreException { Fault: StoreFault.Damaged })
            {
                throw;
            }

            return Database.OpenImmutable(path);
        }
    }
}
