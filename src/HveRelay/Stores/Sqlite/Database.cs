using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HveRelay.Stores.Sqlite;

/// <summary>A connection to queue.db with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>How long to wait for another program's transaction, in milliseconds: a client or a health check waits with us.</summary>
    private const string Patience = "PRAGMA busy_timeout=3000;";

    public const int DefaultPageOctets = 8192;

    private readonly SqliteConnection _connection;
    private CommitCall? _onCommit;
    private readonly List<Statement> _statements = [];

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CommitCall(nint argument, nint connection, nint name, int frames);

    static Database() => Batteries_V2.Init();

    private Database(string source, SqliteOpenMode mode, string settings)
    {
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Execute(settings);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(nameof(Database));

    /// <summary>See <see cref="SqliteStoreOptions.BeforeWrite"/>.</summary>
    public Action<string>? BeforeWrite { get; init; }

    /// <summary>False where a relay that starts meanwhile would not be noticed: good for one look only.</summary>
    public bool SeesChanges { get; private init; } = true;

    public long PageOctets => Number("PRAGMA page_size");

    /// <summary>
    /// Set to how many frames the WAL has by each commit here that wrote something, on a connection of <see cref="OpenUnsyncedWriter"/>.
    /// </summary>
    public int WalFrames { get; set; }

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Rows changed since the connection was opened.</summary>
    public int TotalChanges => raw.sqlite3_total_changes(Handle);

    /// <summary>
    /// The writing connection; the file is there. Checkpoints are the writer's business, between commits; SQLite's own at 64 MiB is the
    /// net below it, said first: with SQLite's own figure a commit of any connection moves what is not synced. Pages of 8 KiB: fewer frames
    /// in the WAL for each message than with SQLite's 4.
    /// </summary>
    public static Database OpenWriter(string path, Action<string>? beforeWrite = null)
    {
        // Said of a file that is no database yet and never again: auto_vacuum writes its page anew each time, beside the writer.
        var begins = new FileInfo(path).Length == 0
            ? $"PRAGMA page_size={DefaultPageOctets}; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
            : "PRAGMA journal_mode=WAL;";
        return new(path, SqliteOpenMode.ReadWrite, $"""
            PRAGMA wal_autocheckpoint=8192; {Patience} {begins} PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;
            PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864;
            """) { BeforeWrite = beforeWrite };
    }

    /// <summary>A writing connection whose commits somebody else syncs (<see cref="WalSyncs"/>).</summary>
    public static Database OpenUnsyncedWriter(string path, Action<string>? beforeWrite)
    {
        var database = OpenWriter(path, beforeWrite);
        database.Execute("PRAGMA synchronous=NORMAL");
        database.CountFrames();
        return database;
    }

    /// <summary>
    /// Reads the WAL as it is in the file and moves it into the database, alone: whoever has an index of an older one is waited for.
    /// </summary>
    /// <exception cref="SqliteException">Another connection is open, here or in another program.</exception>
    public static void TakeOverLog(string path)
    {
        var database = new Database(path, SqliteOpenMode.ReadWrite, $"{Patience} PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL;");
        try
        {
            database.Number("SELECT count(*) FROM sqlite_schema");
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        finally
        {
            database.Leave();
        }
    }

    public static Database OpenReader(string path) => new(path, SqliteOpenMode.ReadOnly, $"""
        {Patience} PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;
        """);

    /// <summary>
    /// Reads a file beside which a rollback journal lies: only who may write can undo what the journal says was half done. We write
    /// with a WAL; the journal is of the first moments of the file, cut short.
    /// </summary>
    public static Database OpenToRollBack(string path) => new(path, SqliteOpenMode.ReadWrite, $"{Patience} PRAGMA query_only=ON;");

    /// <summary>Reads, and may write a copy elsewhere.</summary>
    public static Database OpenToCopy(string path) => new(path, SqliteOpenMode.ReadOnly, Patience);

    /// <summary>For a directory that may only be read and a queue that nobody has open: SQLite then needs no files beside it.</summary>
    public static Database OpenImmutable(string path) =>
        new(new Uri(path).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly, "PRAGMA query_only=ON;") { SeesChanges = false };

    public Statement Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle), Handle);
        var statement = new Statement(this, handle, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements once, each to its end.</summary>
    public void Execute(string script) => SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(Handle, script), Handle);

    public long Number(string sql)
    {
        using var command = new SqliteCommand(sql, _connection);
        return command.ExecuteScalar() is long number ? number : 0;
    }

    public string Text(string sql)
    {
        using var command = new SqliteCommand(sql, _connection);
        return command.ExecuteScalar() as string ?? string.Empty;
    }

    /// <summary>Ends a statement that runs long, with an error, when this is true; asked every thousand steps or pages.</summary>
    public void StopWhen(Func<bool> isEnough) => raw.sqlite3_progress_handler(Handle, 1000, _ => isEnough() ? 1 : 0, null);

    /// <summary>Pages written to the WAL since last asked.</summary>
    public int PagesWritten()
    {
        _ = raw.sqlite3_db_status(Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        return pages;
    }

    /// <summary>Moves the WAL into the database and cuts it to nothing, where no other program reads it just now.</summary>
    public void EmptyLog()
    {
        Execute("PRAGMA busy_timeout=0");
        try
        {
            Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        finally
        {
            Execute(Patience);
        }
    }

    /// <summary>
    /// Syncs the WAL, moves into the database what no reader stands in the way of, and returns how many frames the WAL has.
    /// </summary>
    /// <exception cref="SqliteException">Another program does the same just now.</exception>
    public long SyncLog()
    {
        using var command = new SqliteCommand("PRAGMA wal_checkpoint(PASSIVE)", _connection);
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt64(1) is var frames and >= 0
            ? frames
            : throw new SqliteException("another program moves the WAL into the database", raw.SQLITE_BUSY);
    }

    /// <summary>After an error: no statement may hold a row of the transaction that is rolled back.</summary>
    public void ResetStatements()
    {
        foreach (var statement in _statements)
        {
            statement.Reset();
        }
    }

    /// <summary>Closes without moving the WAL into the database, though it be the last connection.</summary>
    public void Leave()
    {
        const int NoCheckpointOnClose = 1006;
        _ = raw.sqlite3_db_config(Handle, NoCheckpointOnClose, 1, out _);
        Dispose();
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private void CountFrames()
    {
        _onCommit = (_, _, _, frames) =>
        {
            WalFrames = frames;
            return 0;
        };
        OnCommit(Handle, _onCommit, 0);
    }

    /// <summary>https://www.sqlite.org/c3ref/wal_hook.html; not among what the provider passes on. It replaces SQLite's own checkpoints.</summary>
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_wal_hook", CallingConvention = CallingConvention.Cdecl)]
    private static extern nint OnCommit(sqlite3 database, CommitCall call, nint argument);
}
