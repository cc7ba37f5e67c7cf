namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The syncs of the WAL. A commit is written to it without a sync (SQLite's synchronous=NORMAL); the sync follows here, and answers all
/// that was committed before it began. On a quick disk it runs where it is asked for, since another thread costs more than it saves. On a
/// slow one it runs on a thread of its own, so that the writer goes on meanwhile, and several are under way at once, begun one after the
/// other: a commit waits for its own sync and hardly for that of another.
/// </summary>
internal sealed class WalSyncs : IDisposable
{
    private const int MostAtOnce = 8;

    /// <summary>A sync that takes so long is slow; and so long after it began the next may begin.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Queue<Job> _waiting = [];
    private readonly LinkedList<Job> _unended = [];
    private readonly Func<IWalSync> _open;
    private readonly TimeProvider _clock;
    private readonly Action _onEnd;

    // Each in flight has a descriptor of its own, and all are opened while none is: one that is opened after another has heard of a
    // failure hears nothing of it, and one that has not heard yet tells of it when all is well again.
    private readonly Stack<IWalSync> _files = [];
    private int _underWay, _threads, _generation;
    private bool _draining;
    private long _begun, _syncs, _lastSyncTicks, _durableFrames;
    private Exception? _failure;
    private bool _closed;

    /// <param name="durableFrames">So many frames of the WAL are on stable storage already.</param>
    /// <param name="onEnd">Called on any thread when the next may begin, or one has failed.</param>
    public WalSyncs(Func<IWalSync> open, long durableFrames, TimeProvider clock, Action onEnd) =>
        (_open, _durableFrames, _clock, _onEnd) = (open, durableFrames, clock, onEnd);

    public long Count => Volatile.Read(ref _syncs);

    public TimeSpan Last => new(Volatile.Read(ref _lastSyncTicks));

    /// <summary>Why one failed: what was committed since is lost, and nothing more is synced until <see cref="Forget"/>.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Zero where a sync may begin now; else how long to wait before asking again, in whole milliseconds.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            lock (_gate)
            {
                if (_underWay == 0)
                {
                    return TimeSpan.Zero;
                }

                var left = Spacing - _clock.GetElapsedTime(_begun);
                return _underWay == MostAtOnce ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? Spacing : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Syncs what is committed, the WAL being so many frames long, and then answers the operations. Takes the list.</summary>
    public void Begin(long frames, List<Operation> operations)
    {
        var job = new Job(frames, _generation, operations);
        lock (_gate)
        {
            _unended.AddLast(job);
            if (_failure is not null || !TryOpen())
            {
                return;
            }

            _begun = _clock.GetTimestamp();
            if (++_underWay > 1 || Last >= Spacing)
            {
                HandOn(job);
                return;
            }
        }

        Run(job);
    }

    /// <summary>The WAL has started over: what was in it is in the database.</summary>
    public void StartOver()
    {
        lock (_gate)
        {
            _generation++;
            _durableFrames = 0;
        }
    }

    /// <summary>Waits until none is under way.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            _draining = true;
            while (_underWay > 0)
            {
                Monitor.Wait(_gate);
            }

            _draining = false;
        }
    }

    /// <summary>
    /// After a failure, with none under way: goes on as if what it lost had never been. Returns how many frames of the WAL are on stable
    /// storage, and the operations that were not answered.
    /// </summary>
    public (long Frames, List<Operation> Lost) Forget()
    {
        lock (_gate)
        {
            List<Operation> lost = [.. _unended.SelectMany(job => job.Operations)];
            _unended.Clear();
            _failure = null;
            CloseFiles();
            return (_durableFrames, lost);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            CloseFiles();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>False where it fails as a sync does.</summary>
    private bool TryOpen()
    {
        try
        {
            while (_underWay == 0 && _files.Count < MostAtOnce)
            {
                _files.Push(_open());
            }
        }
        catch (Exception cause)
        {
            _failure = cause;
            _onEnd();
        }

        return _failure is null;
    }

    private void CloseFiles()
    {
        while (_files.TryPop(out var file))
        {
            file.Dispose();
        }
    }

    private void HandOn(Job job)
    {
        _waiting.Enqueue(job);
        if (_underWay > _threads)
        {
            _threads++;
            new Thread(Loop) { IsBackground = true, Name = $"queue sync {_threads}" }.Start();
        }

        Monitor.Pulse(_gate);
    }

    private void Loop()
    {
        while (Next() is { } job)
        {
            Run(job);
        }
    }

    private void Run(Job job)
    {
        IWalSync file;
        lock (_gate)
        {
            file = _files.Pop();
        }

        Exception? failure = null;
        try
        {
            var start = _clock.GetTimestamp();
            file.Run();
            Volatile.Write(ref _lastSyncTicks, _clock.GetElapsedTime(start).Ticks);
        }
        catch (Exception cause)
        {
            failure = cause;
        }

        var answered = End(job, file, failure);
        _onEnd();
        foreach (var operation in answered.SelectMany(each => each.Operations))
        {
            operation.Complete();
        }
    }

    private Job? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                Monitor.Wait(_gate);
            }

            return _closed ? null : _waiting.Dequeue();
        }
    }

    /// <summary>Those that are answered by it: its own, and what was committed before.</summary>
    private List<Job> End(Job ended, IWalSync file, Exception? failure)
    {
        lock (_gate)
        {
            _files.Push(file);
            _underWay--;
            if (_draining)
            {
                Monitor.PulseAll(_gate);
            }

            if ((_failure ??= failure) is not null)
            {
                return [];
            }

            Volatile.Write(ref _syncs, _syncs + 1);
            if (ended.Generation == _generation)
            {
                _durableFrames = Math.Max(_durableFrames, ended.Frames);
            }

            var answered = new List<Job>();
            if (!_unended.Contains(ended))
            {
                return answered;
            }

            while (_unended.First is { } first)
            {
                _unended.RemoveFirst();
                answered.Add(first.Value);
                if (first.Value == ended)
                {
                    break;
                }
            }

            return answered;
        }
    }

    /// <param name="Generation">How often the WAL had started over.</param>
    private sealed record Job(long Frames, int Generation, List<Operation> Operations);
}
