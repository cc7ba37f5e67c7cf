namespace HveRelay.Benchmarks.Measuring;

/// <summary>Messages per second, a measurement each round; empty where it was not measured, and then <paramref name="Why"/>.</summary>
internal sealed record Rates(IReadOnlyList<double> PerSecond, string Why = "")
{
    public static Rates None(string why) => new([], why);

    /// <summary>Ours to theirs, round by round: what disturbs the machine disturbs both.</summary>
    public Rates To(Rates other) => PerSecond.Count == 0 || other.PerSecond.Count != PerSecond.Count
        ? None(PerSecond.Count == 0 ? Why : other.Why)
        : new([.. PerSecond.Zip(other.PerSecond, (ours, theirs) => ours / theirs)]);

    public double Median => MedianOf(PerSecond);

    /// <summary>The median, and behind it the lowest and the highest.</summary>
    public string Show(Func<double, string> number) =>
        PerSecond.Count == 0 ? Why : $"{number(Median)} ({number(PerSecond.Min())} to {number(PerSecond.Max())})";

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
