namespace HveRelay.Benchmarks.Measuring;

/// <summary>Percentiles by nearest rank: always a time that was measured.</summary>
internal static class Percentile
{
    /// <param name="percent">Above 0, at most 100.</param>
    public static TimeSpan Of(IReadOnlyCollection<TimeSpan> times, double percent)
    {
        if (times.Count == 0)
        {
            throw new ArgumentException("nothing was measured", nameof(times));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return times.Order().ElementAt((int)Math.Ceiling(percent / 100 * times.Count) - 1);
    }
}
