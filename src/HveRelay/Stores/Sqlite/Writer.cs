using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The one writer. It takes whatever waits, runs it in one transaction, commits once, and has the commit synced (<see cref="WalSyncs"/>),
/// which answers everybody: callers that end together share a sync, and a single one never waits for company. While a sync is under way
/// the next transaction fills. What needs no sync is answered at once and goes with the next commit. After a failed commit or sync
/// nothing is tried again on that connection: what the system's cache holds of it cannot be trusted.
/// </summary>
internal sealed partial class Writer : IAsyncDisposable
{
    private const int MostPerCommit = 512;
    private const long MostUncommittedOctets = 4 * 1024 * 1024;
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Inbox<Operation> _inbox = new();
    private readonly Operation _tick = new Operation<bool>(Need.Read, _ => true);
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<WriteSession> _open;
    private readonly WalCut _cut;
    private readonly WalSyncs _syncs;
    private readonly Checkpoints _checkpoints;
    private readonly DamageWatch _damage;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private List<Operation> _awaitingCommit = [];
    private WriteSession? _session;
    private bool _syncNeeded, _unsynced, _openAtLastTick, _busySinceTick, _tidy;
    private long _frames;
    private int _tickWaits;

    public Writer(Func<WriteSession> open, WalCut cut, IWalFile wal, Checkpoints checkpoints, DamageWatch damage, TimeProvider clock, ILogger log)
    {
        (_open, _cut, _checkpoints, _damage, _log) = (open, cut, checkpoints, damage, log);
        _frames = cut.FramesAtStart;
        _syncs = new WalSyncs(wal.OpenSync, _frames, clock, _inbox.Wake);
        _session = open();
        _timer = clock.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
        new Thread(Loop) { IsBackground = true, Name = "queue writer" }.Start();
    }

    public long Syncs => _syncs.Count;

    public TimeSpan LastSync => _syncs.Last;

    private bool MayCommit => _syncNeeded && _syncs.UntilNext == TimeSpan.Zero;

    /// <summary>Once handed in, an operation is not cancelled: its caller has to know whether it happened.</summary>
    public Task<T> DoAsync<T>(Need need, Func<WriteSession, T> work)
    {
        var operation = new Operation<T>(need, work);
        ObjectDisposedException.ThrowIf(!_inbox.TryAdd(operation), this);
        return operation.Done;
    }

    /// <summary>Commits what is under way and closes. True when all of it is on stable storage, and nothing else in the WAL.</summary>
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
        while (_inbox.Wait(_syncNeeded ? _syncs.UntilNext : Timeout.InfiniteTimeSpan))
        {
            GiveUpWhatASyncLost();
            var ticked = Run(0, out var taken);
            if (MayCommit)
            {
                // Who could hand something in at once does so now, and shares the sync; nobody is waited for.
                Thread.Yield();
                ticked |= Run(taken, out _);
            }

            if (MayCommit || _session?.Contents.UncommittedOctets >= MostUncommittedOctets)
            {
                Commit();
            }

            if (ticked)
            {
                OnTick();
            }
        }

        var committed = Commit() && Settle();
        _checkpoints.Close();
        _session?.Dispose();
        _syncs.Dispose();
        _ended.SetResult(committed && !_cut.IsDue);
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
            _session ??= Open();
            _session.Run(operation);
        }
        catch (Exception cause)
        {
            if (_session?.TryUndo() == false)
            {
                Abandon(cause);
            }

            var told = _damage.Note(Faults.Translate(cause));
            List<Operation> failed = told is StoreException { Fault: StoreFault.Locked } ? [operation, .. TakeWaiting()] : [operation];
            failed.ForEach(each => each.Fail(told));
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
    /// waited too, and end with it. Each in its turn would make a client wait once for everybody before it. All are taken before the first
    /// is told: who comes again has not waited yet.
    /// </summary>
    private List<Operation> TakeWaiting()
    {
        var taken = new List<Operation>();
        while (_inbox.TryTake(out var waiting))
        {
            if (waiting == _tick)
            {
                Volatile.Write(ref _tickWaits, 0);
            }
            else
            {
                taken.Add(waiting);
            }
        }

        return taken;
    }

    /// <summary>Ends a transaction that nothing durable followed, so that other programs can write; tidies up when all is quiet.</summary>
    private void OnTick()
    {
        if (_openAtLastTick && _session is { InTransaction: true })
        {
            Commit();
        }

        if (!_busySinceTick && !_tidy && _session is { InTransaction: false } session && Settle())
        {
            _checkpoints.Drain();
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
        catch (Exception cause) when (cause is SqliteException or IOException)
        {
            _log.LogWarning(cause, "the upkeep of the queue failed");
        }
    }
}
