using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// How fast mail is taken and made durable, nothing being delivered: HveRelay's next hop never greets, Postfix puts all on hold, and
/// smtp-sink stores nothing at all.
/// </summary>
internal sealed class AcceptBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        await using var sink = Installed.SmtpSink is null ? null : await SinkServer.StartAsync(scratch, counts: false, clock, cancel);
        await using var servers = await AcceptingServers.StartAsync(options, scratch, clock, cancel);
        Entrant[] entrants =
        [
            .. servers.Entrants(_source),
            sink is null ? new("smtp-sink", null, "not installed") : AcceptingServers.To(sink, _source),
        ];
        foreach (var entrant in entrants)
        {
            await Warmth.WarmAsync(entrant, options.WarmUp, clock, cancel);
        }

        var turns = new Turns(options, clock);
        foreach (var load in Loads())
        {
            var rates = await turns.MeasureAsync(load, entrants, cancel);
            table.Add($"accepted, {load.Size}, {load.SessionsInWords}, connection {load.Connections}", rates[0], rates[1], rates[2]);
        }

        await new Costs(scratch, clock).AddAsync(
            table, "accepted", [.. Loads().Where(load => load.Octets == options.Sizes.Min() && !load.Keeps)],
            (servers.Ours, entrants[0]), servers.Postfix is { } postfix ? (postfix, entrants[1]) : null, cancel);
    }

    /// <summary>Kept connections with the smallest size only: there they matter most.</summary>
    private IEnumerable<Load> Loads() =>
    [
        .. from octets in options.Sizes from sessions in options.Sessions select new Load(sessions, octets, Keeps: false),
        .. from sessions in options.Kept ? options.Sessions : [] select new Load(sessions, options.Sizes.Min(), Keeps: true),
    ];
}
