namespace HveRelay.Stores.Postgres;

/// <summary>
/// The time by which all nodes of a queue go: this machine's clock, set right by the database's as often as the node says that it
/// lives. Times handed to the store are then one clock's, and the quota's window is the same for every node. What measures how long
/// something takes stays with the machine.
/// </summary>
public sealed class DatabaseClock(TimeProvider machine) : TimeProvider
{
    private long _offset;

    /// <summary>How far the database's clock is before ours.</summary>
    public TimeSpan Offset => new(Volatile.Read(ref _offset));

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Offset;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>
    /// The database said <paramref name="there"/> between two looks at our own clock. What the way may have taken is no difference: the
    /// clock is moved only by what is certainly wrong with it.
    /// </summary>
    internal void Heard(DateTimeOffset asked, DateTimeOffset there, DateTimeOffset answered)
    {
        var (least, most) = (there - answered, there - asked);
        if (answered >= asked)
        {
            Volatile.Write(ref _offset, Math.Clamp(_offset, least.Ticks, most.Ticks));
        }
    }

    /// <summary>The machine's own time, for <see cref="Heard"/>.</summary>
    internal DateTimeOffset Machine => machine.GetUtcNow();
}
