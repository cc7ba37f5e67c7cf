using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The one writer. It takes whatever waits, runs it in one transaction, commits once, and answers everybody: callers that end
/// together share a sync, and a single one never waits for company. What needs no sync is answered at once and goes with the next
/// commit. After a failed commit nothing is tried again on that connection: what the system's cache holds of it cannot be trusted.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    private const int MostPerCommit = 512;
    private const long MostUncommittedOctets = 4 * 1024 * 1024;
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Inbox<Operation> _inbox = new();
    private readonly Operation _tick = new Operation<bool>(Need.Read, _ => true);
    private readonly List<Operation> _awaitingCommit = [];
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<WriteSession> _open;
    private readonly DamageWatch _damage;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private WriteSession? _session;
    private bool _syncNeeded, _openAtLastTick, _busySinceTick, _tidy;
    private long _syncs, _lastSyncTicks;
    private int _tickWaits;

    public Writer(Func<WriteSession> open, DamageWatch damage, TimeProvider clock, ILogger log)
    {
        (_open, _damage, _clock, _log) = (open, damage, clock, log);
        _session = open();
        _timer = clock.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
        new Thread(Loop) { IsBackground = true, Name = "queue writer" }.Start();
    }

    public long Syncs => Volatile.Read(ref _syncs);

    public TimeSpan LastSync => new(Volatile.Read(ref _lastSyncTicks));

    /// <summary>Once handed in, an operation is not cancelled: its caller has to know whether it happened.</summary>
    public Task<T> DoAsync<T>(Need need, Func<WriteSession, T> work)
    {
        var operation = new Operation<T>(need, work);
        ObjectDisposedException.ThrowIf(!_inbox.TryAdd(operation), this);
        return operation.Done;
    }

    /// <summary>Commits what is under way and closes. True when all of it is on stable storage.</summary>
    public async ValueTask<bool> CloseAsync()
    {
        await _timer.DisposeAsync();
        _inbox.Close();
        return await _ended.Task;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private void Tick()
    {
        if (Interlocked.Exchange(ref _tickWaits, 1) == 0)
        {
            _inbox.TryAdd(_tick);
        }
    }

    private void Loop()
    {
        while (_inbox.Wait())
        {
            var ticked = Run(0, out var taken);
            if (_syncNeeded)
            {
                // Who could hand something in at once does so now, and shares the sync; nobody is waited for.
                Thread.Yield();
                ticked |= Run(taken, out _);
            }

            if (_syncNeeded || _session?.Contents.UncommittedOctets >= MostUncommittedOctets)
            {
                Commit();
            }

            if (ticked)
            {
                OnTick();
            }
        }

        var committed = Commit();
        _session?.Dispose();
        _ended.SetResult(committed);
    }

    /// <summary>Runs what waits. True when the tick was among it.</summary>
    private bool Run(int already, out int taken)
    {
        var ticked = false;
        for (taken = already; taken < MostPerCommit && _inbox.TryTake(out var operation); taken++)
        {
            if (operation == _tick)
            {
                ticked = true;
                Volatile.Write(ref _tickWaits, 0);
            }
            else
            {
                Run(operation);
            }
        }

        return ticked;
    }

    private void Run(Operation operation)
    {
        _busySinceTick |= operation.Need != Need.Read;
        try
        {
            _session ??= _open();
            _session.Run(operation);
        }
        catch (Exception cause)
        {
            if (_session?.TryUndo() == false)
            {
                Abandon(cause);
            }

            var told = _damage.Note(Faults.Translate(cause));
            operation.Fail(told);
            if (told is StoreException { Fault: StoreFault.Locked })
            {
                FailWaiting(told);
            }

            return;
        }

        // What follows an operation that awaits its commit may build on it, and so awaits the same commit.
        _syncNeeded |= operation.Need == Need.Sync;
        if (_syncNeeded)
        {
            _awaitingCommit.Add(operation);
        }
        else
        {
            operation.Complete();
        }
    }

    /// <summary>
    /// Another program holds the queue, and this operation has waited for it as long as any may: those that waited behind it have
    /// waited too, and end with it. Each in its turn would make a client wait once for everybody before it.
    /// </summary>
    private void FailWaiting(Exception locked)
    {
        while (_inbox.TryTake(out var waiting))
        {
            if (waiting == _tick)
            {
                Volatile.Write(ref _tickWaits, 0);
            }
            else
            {
                waiting.Fail(locked);
            }
        }
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
            var syncs = session.Wrote;
            var start = _clock.GetTimestamp();
            session.Commit();
            if (syncs)
            {
                Volatile.Write(ref _lastSyncTicks, _clock.GetElapsedTime(start).Ticks);
                Volatile.Write(ref _syncs, _syncs + 1);
            }
        }
        catch (Exception cause)
        {
            _damage.Note(Faults.Translate(cause));
            Abandon(cause);
            return false;
        }

        foreach (var operation in _awaitingCommit)
        {
            operation.Complete();
        }

        _awaitingCommit.Clear();
        (_syncNeeded, _tidy) = (false, false);
        Upkeep(() => session.Checkpoint());
        return true;
    }

    /// <summary>The transaction is lost: so are the operations in it, and the connection is not trusted any more.</summary>
    private void Abandon(Exception cause)
    {
        _log.LogError(cause, "the queue's transaction failed with {Operations} operations in it", _awaitingCommit.Count);
        _session?.Dispose();
        _session = null;
        foreach (var operation in _awaitingCommit)
        {
            operation.Fail(Faults.OfTransaction(cause));
        }

        _awaitingCommit.Clear();
        _syncNeeded = false;
    }

    /// <summary>Ends a transaction that nothing durable followed, so that other programs can write; tidies up when all is quiet.</summary>
    private void OnTick()
    {
        if (_openAtLastTick && _session is { InTransaction: true })
        {
            Commit();
        }

        if (!_busySinceTick && !_tidy && _session is { InTransaction: false } session)
        {
            Upkeep(() => _tidy = !session.Tidy());
        }

        _openAtLastTick = _session is { InTransaction: true };
        _busySinceTick = false;
    }

    /// <summary>What may fail without harm: it is tried again later, and what is wrong with the disk shows in the next commit.</summary>
    private void Upkeep(Action work)
    {
        try
        {
            work();
        }
        catch (SqliteException cause)
        {
            _log.LogWarning(cause, "the upkeep of the queue failed");
        }
    }
}
