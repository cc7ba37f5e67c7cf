using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// How long a device waits for the 250, from its final dot on, with nothing delivered: by the client in this process, the same for both.
/// And the whole again, rates too, on a disk whose sync takes longer, which is what most disks are.
/// </summary>
internal sealed class LatencyBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    public static readonly TimeSpan Sync = TimeSpan.FromMilliseconds(5);

    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);
    private readonly OwnSource _timed = new(clock);

    /// <param name="isSlow">Each sync takes 5 ms more.</param>
    public async Task RunAsync(Table table, bool isSlow, CancellationToken cancel)
    {
        var words = isSlow ? $", a sync takes {Sync.TotalMilliseconds:0} ms more" : string.Empty;
        var shim = isSlow ? await SlowSync.BuildAsync(scratch, Sync, cancel) : null;
        if (isSlow && shim is null)
        {
            table.Add($"accepted{words}", SlowSync.Obstacle, SlowSync.Obstacle);
            return;
        }

        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, null, clock, cancel, shim) : null;
        var hop = new SilentHop();
        await using var ours = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel, shim);
        using (hop)
        {
            Entrant[] entrants = [To(ours), postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : To(postfix)];
            foreach (var entrant in entrants)
            {
                await Warmth.WarmAsync(entrant, options.WarmUp, clock, cancel);
            }

            foreach (var load in options.Sessions.Select(sessions => new Load(sessions, options.Sizes.Min(), Keeps: true)))
            {
                if (isSlow)
                {
                    var rates = await new Turns(options, clock).MeasureAsync(load, entrants, cancel);
                    table.Add($"accepted{words}, {load.Size}, {load.SessionsInWords}, connection {load.Connections}", rates[0], rates[1], null);
                }

                table.Add(
                    $"time of the 250, median / 99th percentile{words}, {load.Size}, {load.SessionsInWords}",
                    await TimesAsync(load, ours, cancel),
                    postfix is null ? PostfixServer.Obstacle! : await TimesAsync(load, postfix, cancel));
            }
        }
    }

    /// <summary>As many messages as a 99th percentile needs to mean something.</summary>
    private async Task<string> TimesAsync(Load load, IServer server, CancellationToken cancel)
    {
        var times = await _timed.TimeAsync(server.Port, load, Math.Max(10 * load.Sessions, options.TimedReplies), cancel);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Percentile.Of(times, 50).TotalMilliseconds:0.0} / {Percentile.Of(times, 99).TotalMilliseconds:0.0} ms");
    }

    private Entrant To(IServer server) => new(
        server.Name, (load, messages, cancel) => _source.SendAsync(server.Port, load, messages, cancel), Compiles: server is HveRelayServer);
}
