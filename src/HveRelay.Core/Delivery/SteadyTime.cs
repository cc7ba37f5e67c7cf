namespace HveRelay.Delivery;

/// <summary>
/// The time of another clock as it went on since we began: setting that one back or forward does not move it. For waits that are kept as a time
/// of day by those who know no better.
/// </summary>
internal sealed class SteadyTime(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset _began = clock.GetUtcNow();
    private readonly long _beganAt = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _began + clock.GetElapsedTime(_beganAt);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
