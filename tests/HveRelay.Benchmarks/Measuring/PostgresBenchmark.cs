using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>How fast mail is taken into a queue in PostgreSQL, by one relay and by two that share it; nothing is delivered.</summary>
internal sealed class PostgresBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        if (PostgresServer.Obstacle is { } obstacle)
        {
            table.Add("accepted into PostgreSQL", obstacle, obstacle);
            return;
        }

        await using var database = await PostgresServer.StartAsync(scratch, clock, cancel);
        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, null, clock, cancel) : null;
        var hop = new SilentHop();
        await using var alone = await StartAsync(hop, await database.NewQueueAsync("alone", cancel), cancel);
        var shared = await database.NewQueueAsync("shared", cancel);
        await using var first = await StartAsync(hop, shared, cancel);
        await using var second = await StartAsync(hop, shared, cancel);
        using (hop)
        {
            Entrant[] entrants =
            [
                To(alone),
                new("two nodes", (load, messages, cancel) => SendAsync(first, second, load, messages, cancel), Compiles: true),
                postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : To(postfix),
            ];
            foreach (var entrant in entrants)
            {
                await Warmth.WarmAsync(entrant, options.WarmUp, clock, cancel);
            }

            foreach (var load in options.Sessions.Where(sessions => sessions > 1).Select(sessions => new Load(sessions, options.Sizes.Min(), Keeps: true)))
            {
                var rates = await new Turns(options, clock).MeasureAsync(load, entrants, cancel);
                table.Add($"accepted into PostgreSQL, one node, {load.Size}, {load.SessionsInWords}, connection kept", rates[0], rates[2], null);
                table.Add($"accepted into PostgreSQL, two nodes, {load.Size}, {load.SessionsInWords}, connection kept", rates[1], rates[2], null);
            }
        }
    }

    private Task<HveRelayServer> StartAsync(SilentHop hop, string queue, CancellationToken cancel) =>
        HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel, postgres: queue);

    /// <summary>Half of the sessions to each, side by side, from the first octet to the last reply.</summary>
    private async Task<TimeSpan> SendAsync(HveRelayServer first, HveRelayServer second, Load load, int messages, CancellationToken cancel)
    {
        var half = load with { Sessions = Math.Max(1, load.Sessions / 2) };
        var start = clock.GetTimestamp();
        await Task.WhenAll(
            _source.SendAsync(first.Port, half, messages / 2, cancel), _source.SendAsync(second.Port, half, messages - (messages / 2), cancel));
        return clock.GetElapsedTime(start);
    }

    private Entrant To(IServer server) => new(
        server.Name, (load, messages, cancel) => _source.SendAsync(server.Port, load, messages, cancel), Compiles: server is HveRelayServer);
}
