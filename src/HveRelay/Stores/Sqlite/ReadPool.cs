using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>Reading connections, lent for one look-up each, so that no reader keeps the WAL from starting over.</summary>
internal sealed class ReadPool(Func<Database> open, DamageWatch? damage = null) : IDisposable
{
    private const int MostIdle = 8;
    private readonly ConcurrentBag<ReadSession> _idle = [];
    private readonly ReaderWriterLockSlim _lent = new();
    private volatile bool _closed;

    public T Read<T>(Func<ReadSession, T> look)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ReadSession? session = null;
        _lent.EnterReadLock();
        try
        {
            if (!_idle.TryTake(out session))
            {
                session = new ReadSession(open());
            }

            var seen = session.Look(look);
            Return(session);
            return seen;
        }
        catch (Exception cause)
        {
            session?.Dispose();
            if (cause is SqliteException)
            {
                var told = Faults.Translate(cause);
                throw damage?.Note(told) ?? told;
            }

            throw;
        }
        finally
        {
            _lent.ExitReadLock();
        }
    }

    /// <summary>Does something while no reading connection is open; who wants one waits.</summary>
    public void WithNone(Action action)
    {
        _lent.EnterWriteLock();
        try
        {
            Empty();
            action();
        }
        finally
        {
            _lent.ExitWriteLock();
        }
    }

    public void Dispose()
    {
        _closed = true;
        Empty();
    }

    private void Empty()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private void Return(ReadSession session)
    {
        if (_closed || _idle.Count >= MostIdle || !session.Database.SeesChanges)
        {
            session.Dispose();
            return;
        }

        _idle.Add(session);
        if (_closed)
        {
            Empty();
        }
    }
}
