using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Moves the WAL into the database beside the writer, on a connection of its own. Only what is on stable storage may be moved, since it
/// could not be taken back (<see cref="WalCut"/>): a reader that stands where the writer was lets a checkpoint go no further, and it begins
/// when a sync has answered for all up to there.
/// </summary>
/// <param name="pages">See <see cref="SqliteStoreOptions.CheckpointPages"/>.</param>
internal sealed class Checkpoints(Func<Database> open, int pages, ILogger log)
{
    private Database? _mark, _database;
    private Operation? _durable;
    private Task _running = Task.CompletedTask;

    public int Pages => pages;

    public bool IsRunning => !_running.IsCompleted;

    /// <summary>
    /// Right after a commit: an operation that is to be answered when the commit is on stable storage, and then it begins. Not while one runs.
    /// </summary>
    public Operation Begin()
    {
        _mark ??= open();
        _database ??= open();
        try
        {
            _mark.Execute("BEGIN");
            _mark.Number("SELECT count(*) FROM meta");
        }
        catch
        {
            _mark.Dispose();
            _mark = null;
            throw;
        }

        var durable = new Operation<bool>(Need.Sync, _ => true);
        (_durable, _running) = (durable, RunAsync(durable.Done));
        return durable;
    }

    /// <summary>Waits for the one that runs, and closes the connections. One that has not begun never does.</summary>
    public void Close()
    {
        _durable?.Fail(new OperationCanceledException());
        _running.GetAwaiter().GetResult();
        _mark?.Dispose();
        _database?.Dispose();
        (_mark, _database) = (null, null);
    }

    /// <summary>Waits for the one that runs, which has to have begun.</summary>
    public void Drain() => _running.GetAwaiter().GetResult();

    private async Task RunAsync(Task durable)
    {
        await durable.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (durable.IsCompletedSuccessfully)
            {
                await Task.Factory.StartNew(Move, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            _mark!.Execute("COMMIT");
        }
        catch (SqliteException cause)
        {
            log.LogWarning(cause, "the upkeep of the queue failed");
            _mark?.Dispose();
            _mark = null;
        }
    }

    private void Move() => _database!.Execute("PRAGMA wal_checkpoint(PASSIVE)");
}
