namespace HveRelay.Simulator;

/// <summary>
/// The faults in force. Faults at one stage act one after another in the order they were added: an occurrence that an earlier
/// one takes is not counted by a later one, so that two faults of one time each make a script of two steps. Thread-safe.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly Pulse _pulse;
    private volatile Armed[] _armed = [];
    private TaskCompletionSource _release = NewRelease();
    private int _stalled;

    internal FaultPlan(Pulse pulse) => _pulse = pulse;

    /// <summary>Faults that can still act.</summary>
    public IReadOnlyList<Fault> Active => [.. _armed.Select(armed => armed.Fault)];

    /// <summary>Sessions that are held by a stall now.</summary>
    public int Stalled => Volatile.Read(ref _stalled);

    public void Add(Fault fault)
    {
        lock (_gate)
        {
            _armed = [.. _armed, new Armed(fault)];
        }
    }

    /// <summary>Forgets all faults; sessions that are stalled already stay so.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _armed = [];
        }
    }

    /// <summary>Lets all stalled sessions go on with their ordinary answer.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _release.TrySetResult();
            _release = NewRelease();
        }
    }

    /// <summary>The fault that acts on this occurrence, or null.</summary>
    internal Fault? Take(FaultStage stage, string? account, IReadOnlyList<string> recipients)
    {
        if (_armed.Length == 0)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var armed in _armed)
            {
                if (armed.Fault.Stage == stage && Concerns(armed.Fault, account, recipients) && armed.Hit())
                {
                    _armed = [.. _armed.Where(each => !each.Spent)];
                    return armed.Fault;
                }
            }

            return null;
        }
    }

    /// <param name="hold">Gets what ends at <see cref="Release"/>, and says whether the client is still there.</param>
    internal async ValueTask<bool> StallAsync(Func<Task, ValueTask<bool>> hold)
    {
        Task release;
        lock (_gate)
        {
            release = _release.Task;
        }

        Interlocked.Increment(ref _stalled);
        _pulse.Beat();
        try
        {
            return await hold(release);
        }
        finally
        {
            Interlocked.Decrement(ref _stalled);
            _pulse.Beat();
        }
    }

    private static bool Concerns(Fault fault, string? account, IReadOnlyList<string> recipients) =>
        (fault.Account is null || (account is not null && Pattern.Matches(fault.Account, account)))
        && (fault.To is null || recipients.Any(recipient => Pattern.Matches(fault.To, recipient)));

    private static TaskCompletionSource NewRelease() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Armed(Fault fault)
    {
        private long _seen;

        public Fault Fault => fault;

        public bool Spent => fault.Times is { } times && _seen >= (long)fault.First - 1 + times;

        public bool Hit() => ++_seen >= fault.First && (fault.Times is not { } times || _seen < (long)fault.First + times);
    }
}
