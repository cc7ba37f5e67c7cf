namespace HveRelay.Queue;

/// <summary>When a recipient is tried again. Pure.</summary>
public sealed class RetrySchedule(IReadOnlyList<TimeSpan> waits, Random random)
{
    /// <summary>What came due together is spread over a tenth of the wait, so that an outage does not end in a stampede.</summary>
    private const double Jitter = 0.1;

    private readonly Lock _gate = new();

    /// <summary>No wait is longer.</summary>
    public TimeSpan Longest { get; } = waits.Max() * (1 + Jitter);

    /// <summary>The wait after attempt number <paramref name="attempt"/> (from 1); the last one repeats.</summary>
    public DateTimeOffset After(int attempt, DateTimeOffset now)
    {
        var wait = waits[Math.Clamp(attempt - 1, 0, waits.Count - 1)];
        lock (_gate)
        {
            return now + (wait * (1 + (Jitter * random.NextDouble())));
        }
    }
}
