namespace HveRelay.Stores.Sqlite;

/// <summary>How a transaction ends, and what a failure takes back.</summary>
internal sealed partial class Writer
{
    private WriteSession Open()
    {
        if (_cut.IsDue)
        {
            _cut.Run();
            (_frames, _unsynced) = (0, false);
            _syncs.StartOver();
        }

        return _open();
    }

    /// <summary>False where there was something to commit and it failed.</summary>
    private bool Commit()
    {
        if (_session is not { InTransaction: true } session)
        {
            return true;
        }

        try
        {
            _unsynced |= session.Wrote;
            session.Commit();
        }
        catch (Exception cause)
        {
            _damage.Note(Faults.Translate(cause));
            Abandon(cause);
            return false;
        }

        if (session.WalFrames is > 0 and var frames)
        {
            if (frames <= _frames)
            {
                _syncs.StartOver();
            }

            _frames = frames;
        }

        _tidy = false;
        if (session.PagesSinceCheckpoint >= _checkpoints.Pages)
        {
            Checkpoint(session);
        }

        if (_syncNeeded)
        {
            Sync();
        }

        return true;
    }

    /// <summary>Beside the work, until the WAL is long: only while nobody writes to it can it start over.</summary>
    private void Checkpoint(WriteSession session)
    {
        if (_frames < 4 * _checkpoints.Pages)
        {
            if (!_checkpoints.IsRunning)
            {
                session.CheckpointBegins();
                Upkeep(() => _awaitingCommit.Add(_checkpoints.Begin()));
                Sync();
            }
        }
        else if (Settle())
        {
            _checkpoints.Drain();
            Upkeep(session.Checkpoint);
        }
    }

    /// <summary>Has what is committed synced, and then answered.</summary>
    private void Sync()
    {
        _syncs.Begin(_frames, _awaitingCommit);
        (_awaitingCommit, _syncNeeded, _unsynced) = ([], false, false);
    }

    /// <summary>
    /// Waits until all that is committed is on stable storage. False where it is not. Before a checkpoint: what is moved into the database
    /// could not be taken back any more.
    /// </summary>
    private bool Settle()
    {
        if (_unsynced)
        {
            Sync();
        }

        _syncs.Drain();
        return !GiveUpWhatASyncLost();
    }

    /// <summary>
    /// A failed sync is not tried again: what was committed since the last good one is taken out of the WAL, and who waits for it is told.
    /// True where there was one.
    /// </summary>
    private bool GiveUpWhatASyncLost()
    {
        if (_syncs.Failure is not { } cause)
        {
            return false;
        }

        _syncs.Drain();
        var (frames, lost) = _syncs.Forget();
        _cut.IsDueTo(frames);
        _checkpoints.Close();
        _awaitingCommit.InsertRange(0, lost);
        Abandon(cause);
        return true;
    }

    /// <summary>The transaction is lost: so are the operations in it, and the connection is not trusted any more.</summary>
    private void Abandon(Exception cause)
    {
        _log.LogError(cause, "the queue's transaction failed with {Operations} operations in it", _awaitingCommit.Count);
        _session?.Dispose();
        _session = null;
        if (_cut.IsDue)
        {
            Upkeep(() => _session = Open());
        }

        var fault = Faults.OfTransaction(cause);
        foreach (var operation in _awaitingCommit)
        {
            operation.Fail(fault);
        }

        _awaitingCommit.Clear();
        _syncNeeded = false;
    }
}
