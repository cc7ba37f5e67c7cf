using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>What has to hold before a queue is used, and the sentence for each way in which it does not.</summary>
internal static class Opening
{
    private const string Remedy =
        "restore it from a backup, or set it aside with 'hverelay queue set-aside' and start with an empty queue";

    /// <summary>
    /// Makes the file where there is none, checks it after an unclean end, and brings its tables up to date; returns its path. A damaged
    /// one is set aside, and what can be read of it takes its place: mail that waits must not wait for a person too. A check that is not
    /// over in time is returned, and is the caller's.
    /// </summary>
    public static (string Path, Salvaged? Salvaged, StartCheck? Check) PrepareDatabase(
        SqliteStoreOptions options, DirectoryLock held, TimeProvider clock, ILogger log)
    {
        var files = new QueueFiles(options.Directory);
        var check = default(StartCheck);
        try
        {
            files.TakeRecovered();
            files.CreateDatabase();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw DirectoryLock.Unwritable(options.Directory, cause);
        }

        var salvaged = default(Salvaged);
        if (Damage(files, options, held, clock, log, out check) is { } damage)
        {
            log.LogError("{File} is damaged ({Damage}): it is set aside, and what can be read is taken over", files.Database, damage);
            salvaged = Salvage.TrySetAside(files, clock.GetUtcNow())
                ?? throw new StoreOpenException($"{files.Database} is damaged ({damage}): {Remedy}");
            foreach (var incomplete in salvaged.Incomplete)
            {
                log.LogError("message {Incomplete}; it stays in {File}", incomplete, salvaged.File);
            }
        }

        try
        {
            using var database = Database.OpenWriter(files.Database);
            Schema.Migrate(database);
            return (files.Database, salvaged, check);
        }
        catch
        {
            check?.Dispose();
            throw;
        }
    }

    /// <summary>The first thing that is wrong with a file, or "ok"; reads all of it.</summary>
    public static string Check(string path)
    {
        using var database = Database.OpenReader(path);
        return database.Text("PRAGMA integrity_check(1)");
    }

    /// <summary>How many messages wait in a queue with which nothing is wrong; null where something is, or where there is none of ours.</summary>
    public static long? WaitingInSound(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var database = Database.OpenReader(path);
            return Schema.IsOurs(database) && database.Text("PRAGMA integrity_check(1)") == "ok"
                ? database.Number("SELECT count(*) FROM message WHERE ended_at IS NULL")
                : null;
        }
        catch (SqliteException cause) when (Faults.Translate(cause) is StoreException { Fault: StoreFault.Damaged })
        {
            return null;
        }
    }

    /// <summary>
    /// The first thing that is wrong with the file, or null. Looked for where the last end was not clean; to the end where the last one
    /// saw damage, else for as long as a start may wait.
    /// </summary>
    private static string? Damage(
        QueueFiles files, SqliteStoreOptions options, DirectoryLock held, TimeProvider clock, ILogger log, out StartCheck? goesOn)
    {
        goesOn = null;

        // A writer leaves its marks in the file, and its end moves the WAL into it: what is refused is only read. A file with a journal is
        // of a relay that died in its first moments, and becomes one with a WAL only when nobody reads it.
        var isNew = files.HasJournal;
        var untouched = isNew ? Database.OpenToRollBack(files.Database) : Database.OpenReader(files.Database);
        if (!IsOurs(untouched))
        {
            untouched.Dispose();
            throw Foreign(files.Database);
        }

        if (held.EndedCleanly)
        {
            untouched.Dispose();
            return null;
        }

        log.LogWarning("the relay did not end cleanly last time: checking {File}", files.Database);
        var check = new StartCheck(untouched, options.BeforeCheck);
        try
        {
            var damage = check.Wait(isNew || held.WasDamaged ? Timeout.InfiniteTimeSpan : options.CheckAtStart, clock);
            goesOn = check.IsOver ? null : check;
            return damage;
        }
        finally
        {
            if (goesOn is null)
            {
                check.Dispose();
            }
            else
            {
                log.LogWarning("the check of {File} takes long and goes on while the relay works", files.Database);
            }
        }
    }

    public static ReadPool Readers(string directory)
    {
        var path = new QueueFiles(directory).Database;
        if (!File.Exists(path))
        {
            throw Missing(directory, path);
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

    /// <summary>The path of a directory's queue, of whichever version that we know.</summary>
    public static string OfOurs(string directory)
    {
        var path = new QueueFiles(directory).Database;
        if (!File.Exists(path))
        {
            throw Missing(directory, path);
        }

        try
        {
            using var database = OpenToRead(path);
            return Schema.IsOurs(database) ? path : throw Foreign(path);
        }
        catch (SqliteException cause)
        {
            throw Unopenable(directory, cause);
        }
    }

    public static StoreOpenException Unopenable(string directory, SqliteException cause)
    {
        var path = new QueueFiles(directory).Database;
        if (IsDenied(path))
        {
            return new($"no permission to read {path}: run it as the user that owns it, which is the one that the relay runs as", cause);
        }

        return Faults.Translate(cause) switch
        {
            StoreException { Fault: StoreFault.Damaged } => new($"{path} is damaged or no queue at all ({cause.Message}): {Remedy}", cause),
            StoreException fault => new($"{path} cannot be opened: {fault.Message}", cause),
            _ => new($"{path} cannot be used: {cause.Message}", cause),
        };
    }

    /// <summary>A directory that may not be entered looks empty.</summary>
    private static StoreOpenException Missing(string directory, string path) => IsDenied(path)
        ? new($"no permission to enter {directory}: run it as the user that owns it, which is the one that the relay runs as")
        : new($"there is no queue in {directory}: {path} does not exist");

    /// <summary>Asked only where it cannot be opened. What is not let in opens nothing, and so closes nothing of SQLite's either.</summary>
    private static bool IsDenied(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static StoreOpenException Foreign(string path) =>
        new($"{path} was made by a newer version of the relay, or by another program: run the version that made it, or name another directory");

    private static StoreOpenException Older(string path) =>
        new($"{path} was made by an older version of the relay: start the relay, which brings it up to date");

    private static bool IsOurs(Database database)
    {
        try
        {
            return Schema.IsOurs(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

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
