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
        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, null, clock, cancel) : null;

        // Last, and so stopped first; its next hop goes before it, so that it need not wait for a greeting that never comes.
        var hop = new SilentHop();
        await using var ours = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel);
        using (hop)
        {
            await MeasureAsync(table, ours, postfix, sink, cancel);
        }
    }

    private async Task MeasureAsync(Table table, HveRelayServer ours, PostfixServer? postfix, SinkServer? sink, CancellationToken cancel)
    {
        Entrant[] entrants =
        [
            To(ours),
            postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : To(postfix),
            sink is null ? new("smtp-sink", null, "not installed") : To(sink),
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
            (ours, entrants[0]), postfix is null ? null : (postfix, entrants[1]), cancel);
    }

    /// <summary>Kept connections with the smallest size only: there they matter most.</summary>
    private IEnumerable<Load> Loads() =>
    [
        .. from octets in options.Sizes from sessions in options.Sessions select new Load(sessions, octets, Keeps: false),
        .. from sessions in options.Kept ? options.Sessions : [] select new Load(sessions, options.Sizes.Min(), Keeps: true),
    ];

    private Entrant To(IServer server) => new(
        server.Name, (load, messages, cancel) => _source.SendAsync(server.Port, load, messages, cancel), Compiles: server is HveRelayServer);
}
