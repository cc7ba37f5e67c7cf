namespace HveRelay.Tests.Support;

/// <summary>A clock that moves only when told. Timers fire inside <see cref="Advance"/>, in the order of their due times.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _set;
    private long _armed;
    private DateTimeOffset _now = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);

    /// <summary>The next timer of this length cannot be had: a bug in whoever wants it. Null again once it has happened.</summary>
    public TimeSpan? Breaks { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that wait: a test may wait until the code under test has armed one.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How often a timer was armed so far: a test may wait until nobody arms one any more.</summary>
    public long Armed
    {
        get
        {
            lock (_gate)
            {
                return _armed;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return (_now - _set).UtcTicks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Breaks)
        {
            Breaks = null;
            throw new InvalidOperationException($"no timer of {dueTime}");
        }

        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Sets the clock forward at once, as when a machine slept: timers that were due on the way fire late, and once.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }

        Advance(TimeSpan.Zero);
    }

    /// <summary>Somebody sets the clock, back or forward. No time goes by: timers and timestamps go on as they did.</summary>
    public void Set(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
            _set += by;
            foreach (var timer in _timers)
            {
                timer.Due += by;
            }
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (due is null)
                {
                    _now = end;
                    return;
                }

                _now = due.Due > _now ? due.Due : _now;
                if (due.Period > TimeSpan.Zero)
                {
                    due.Due += due.Period;
                }
                else
                {
                    _timers.Remove(due);
                }
            }

            due.Fire();
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                    clock._timers.Add(this);
                    clock._armed++;
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
