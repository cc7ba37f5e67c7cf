using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// What is left of the accepted rate on a disk whose sync takes longer, which is what most disks are: each server beside itself, slow and
/// not, in turns.
/// </summary>
internal sealed class SlowDiskBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    public static readonly TimeSpan Sync = TimeSpan.FromMilliseconds(5);

    private static readonly string Slowly = string.Create(CultureInfo.InvariantCulture, $", a sync takes {Sync.TotalMilliseconds:0} ms more");

    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        if (await SlowSync.BuildAsync(scratch, Sync, cancel) is not { } shim)
        {
            table.Add($"accepted{Slowly}", SlowSync.Obstacle, SlowSync.Obstacle);
            return;
        }

        await using var slow = await AcceptingServers.StartAsync(options, scratch, clock, cancel, shim);
        await using var quick = await AcceptingServers.StartAsync(options, scratch, clock, cancel);

        // As many messages as the quick ones get in their time.
        await slow.WarmAsync(_source, 3 * options.WarmUp, clock, cancel);
        await quick.WarmAsync(_source, options.WarmUp, clock, cancel);
        Entrant[] entrants = [.. slow.Entrants(_source), .. quick.Entrants(_source)];
        var turns = new Turns(options, clock);
        foreach (var load in Loads())
        {
            var of = $"{load.Size}, {load.SessionsInWords}, connection {load.Connections}";
            var rates = await turns.MeasureAsync(load, entrants, cancel);
            table.Add($"accepted{Slowly}, {of}", rates[0], rates[1], null);
            table.Add($"accepted{Slowly} : without, {of}", rates[0].To(rates[2]).Show(Table.Ratio), rates[1].To(rates[3]).Show(Table.Ratio));
            if (load.Keeps)
            {
                await new LatencyBenchmark(options, scratch, clock).AddAsync(table, Slowly, load, slow, cancel);
            }
        }
    }

    private IEnumerable<Load> Loads() =>
        from keeps in new[] { false, true } from sessions in options.Sessions select new Load(sessions, options.Sizes.Min(), keeps);
}
