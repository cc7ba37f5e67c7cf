using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>The writing connection, its prepared statements, and what is held in memory of it; made anew after a failed commit.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Database _database;
    private readonly Statement _begin, _savepoint, _release, _rollbackTo, _commit, _probe;
    private int _changesAtBegin, _pagesSinceCheckpoint;
    private Undo _undo;
    private bool _openBefore;

    public WriteSession(Database database, Counters counters)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _savepoint = database.Prepare("SAVEPOINT operation");
        _release = database.Prepare("RELEASE operation");
        _rollbackTo = database.Prepare("ROLLBACK TO operation");
        _commit = database.Prepare("COMMIT");
        _probe = database.Prepare("UPDATE meta SET value = value + 1 WHERE name = 'probe'");
        Contents = new ContentRows(database, counters);
        Ledger = new Ledger(database);
        Due = new DueIndex(database);
        Parts = new PartRows(database);
        var attempts = new AttemptRows(database);
        Untold = new UntoldRows(database);
        var ends = new RecipientEnds(database, Contents, Untold);
        Enqueueing = new Enqueueing(database, Contents);
        Notifying = new Notifying(database, Enqueueing);
        Taking = new Taking(database, Parts, attempts, Due, counters);
        Beginning = new Beginning(database, Parts, attempts, Ledger, counters);
        Completing = new Completing(Parts, attempts, ends, Ledger);
        Expiring = new Expiring(database, Parts, ends);
        Recovery = new Recovery(database, Parts, attempts, ends, Due, Ledger, Contents, counters);
        Changing = new Changing(database, Parts, ends, counters);
        ClockRepair = new ClockRepair(database, Parts, Due, Ledger);
        Purging = new Purging(database);
        Seeing = new Seeing(database);
        Pausing = new AccountPausing(database);
    }

    private enum Undo
    {
        Nothing,
        Operation,
        Transaction,
    }

    public ContentRows Contents { get; }

    public PartRows Parts { get; }

    public Ledger Ledger { get; }

    public Enqueueing Enqueueing { get; }

    public UntoldRows Untold { get; }

    public Notifying Notifying { get; }

    public DueIndex Due { get; }

    public Taking Taking { get; }

    public Beginning Beginning { get; }

    public Completing Completing { get; }

    public Expiring Expiring { get; }

    public Recovery Recovery { get; }

    public ClockRepair ClockRepair { get; }

    public Changing Changing { get; }

    public Purging Purging { get; }

    public Seeing Seeing { get; }

    public AccountPausing Pausing { get; }

    public bool InTransaction => _database.InTransaction;

    /// <summary>True where the open transaction wrote something, so that its commit syncs.</summary>
    public bool Wrote => _database.TotalChanges != _changesAtBegin;

    /// <summary>
    /// Runs an operation; one that writes, in a savepoint of the transaction, which is begun where there is none. After an exception
    /// comes <see cref="TryUndo"/>.
    /// </summary>
    public void Run(Operation operation)
    {
        _undo = Undo.Nothing;
        _openBefore = InTransaction;
        if (operation.Need == Need.Read)
        {
            operation.Run(this);
            return;
        }

        if (!_openBefore)
        {
            _begin.Run();
            _changesAtBegin = _database.TotalChanges;
        }

        _savepoint.Run();
        _undo = Undo.Operation;
        operation.Run(this);

        // By now what is kept in memory says that it happened.
        _undo = Undo.Transaction;
        _release.Run();
    }

    /// <summary>Undoes the operation that failed. False where others are lost with it: SQLite may give a whole transaction up.</summary>
    public bool TryUndo()
    {
        _database.ResetStatements();
        if (!InTransaction || _undo == Undo.Transaction)
        {
            return !InTransaction && !_openBefore;
        }

        try
        {
            if (_undo == Undo.Operation)
            {
                _rollbackTo.Run();
                _release.Run();
            }

            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    public void Commit()
    {
        _database.WalFrames = 0;
        _commit.Run();
        Contents.Committed();
    }

    /// <summary>How long the WAL was after the last commit; 0 where that wrote nothing.</summary>
    public long WalFrames => _database.WalFrames;

    public int Probe() => _probe.Run();

    /// <summary>
    /// A little of what a quiet moment is for: gives free pages back to the file system and empties the WAL. False when nothing is left.
    /// </summary>
    public bool Tidy()
    {
        const int PagesAtOnce = 1024;
        const int PagesKept = 256;
        var spare = _database.Number("PRAGMA freelist_count") - PagesKept;
        if (spare > 0)
        {
            _database.Execute($"PRAGMA incremental_vacuum({Math.Min(spare, PagesAtOnce)})");
        }

        _database.EmptyLog();
        return spare > PagesAtOnce;
    }

    /// <summary>Pages written to the WAL since the last checkpoint began.</summary>
    public int PagesSinceCheckpoint => _pagesSinceCheckpoint += _database.PagesWritten();

    public void CheckpointBegins() => _pagesSinceCheckpoint = 0;

    /// <summary>Moves the WAL into the database, so that it starts over.</summary>
    public void Checkpoint()
    {
        CheckpointBegins();
        _database.Execute("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// <summary>Closing gives an open transaction up.</summary>
    public void Dispose() => _database.Dispose();
}
