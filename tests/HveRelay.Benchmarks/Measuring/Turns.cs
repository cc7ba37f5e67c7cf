using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Measuring;

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

                var count = round > 0 ? messages[i] : load.Messages(TrialMessages, TimeSpan.FromSeconds(1));
                try
                {
                    var perSecond = count / (await entrants[i].SendAsync!(load, count, cancel)).TotalSeconds;
                    if (round > 0)
                    {
                        rates[i].Add(perSecond);
                    }

                    messages[i] = options.Messages ?? load.Messages(perSecond, options.Time);
                }
                catch (BenchmarkException trouble)
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
