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

/// <summary>One that takes part: sends so many messages and says how long that took.</summary>
/// <param name="SendAsync">Null: it cannot, for the reason <paramref name="Why"/>.</param>
internal sealed record Entrant(string Name, Func<Load, int, CancellationToken, Task<TimeSpan>>? SendAsync, string Why = "");

/// <summary>Measures entrants in turns: ours, theirs, ours, theirs.</summary>
internal sealed class Turns(BenchmarkOptions options, TimeProvider clock)
{
    /// <summary>For what the one before left to do: its last log lines, its queue files.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(300);

    private const int TrialMessages = 200;

    /// <summary>In the order of the entrants. Before the first round each has had a trial, which also says how many messages it gets.</summary>
    public async Task<IReadOnlyList<Rates>> MeasureAsync(Load load, IReadOnlyList<Entrant> entrants, CancellationToken cancel)
    {
        var messages = new int[entrants.Count];
        var rates = entrants.Select(entrant => new List<double>()).ToList();
        var failures = entrants.Select(entrant => entrant.Why).ToArray();
        for (var round = 0; round <= options.Rounds; round++)
        {
            for (var i = 0; i < entrants.Count; i++)
            {
                if (failures[i].Length > 0)
                {
                    continue;
                }

                var count = round > 0 ? messages[i] : Math.Max(2 * load.Sessions, load.Messages(TrialMessages, TimeSpan.FromSeconds(1)));
                try
                {
                    var perSecond = count / (await entrants[i].SendAsync!(load, count, cancel)).TotalSeconds;
                    if (round > 0)
                    {
                        rates[i].Add(perSecond);
                    }

                    messages[i] = options.Messages ?? load.Messages(perSecond, options.Time);
                }
                catch (Processes.BenchmarkException trouble)
                {
                    await Console.Error.WriteLineAsync($"{entrants[i].Name}: {trouble.Message}");
                    (failures[i], rates[i]) = ("failed", []);
                }

                await Task.Delay(Breath, clock, cancel);
            }
        }

        return [.. rates.Select((measured, i) => measured.Count > 0 ? new Rates(measured) : Rates.None(failures[i]))];
    }
}
