using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;
using HveRelay.Simulator;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// From the first connect to the last message at the next hop: HveRelay and Postfix to the same smtp-sink, without TLS and AUTH; and
/// HveRelay to the simulator of HVE as it has to be done there, with STARTTLS and AUTH.
/// </summary>
internal sealed class RelayBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private const string Password = "benchmark";
    private static readonly SimulatorOptions Simulator = new()
    {
        Accounts = [new SimulatedAccount(NextHop.Account, Password)],
        RecipientsPerDay = 0,
        KeepContent = false,
        RecordLimit = 0,
        TranscriptLimit = 0,
    };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        // Where smtp-sink is not installed the simulator stands in for it too, without TLS and AUTH.
        await using var sink = Installed.SmtpSink is null ? null : await SinkServer.StartAsync(scratch, counts: true, clock, cancel);
        await using var open = await HveSimulator.StartAsync(
            Simulator with { Security = SimulatorSecurity.None, RequireAuthentication = false }, clock);
        await using var simulator = await HveSimulator.StartAsync(Simulator, clock);
        var (hop, arrived) = sink is null ? (open.Port, () => open.Recorded) : (sink.Port, (Func<long>)sink.Messages);
        var certificate = scratch.Of("simulator.pem");
        await File.WriteAllTextAsync(certificate, simulator.CertificatePem, cancel);
        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, hop, clock, cancel) : null;
        await using var ours = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop), clock, cancel);
        await using var guarded = await HveRelayServer.StartAsync(
            options.Program, scratch, new NextHop(simulator.Port, Password, certificate), clock, cancel);
        Entrant[] entrants =
        [
            Through(ours, arrived),
            postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : Through(postfix, arrived),
            Through(guarded, () => simulator.Recorded),
        ];
        foreach (var entrant in entrants)
        {
            await Warmth.WarmAsync(entrant, options.WarmUp, clock, cancel);
        }

        var turns = new Turns(options, clock);
        foreach (var load in from octets in options.Sizes from sessions in options.Sessions select new Load(sessions, octets, Keeps: false))
        {
            var rates = await turns.MeasureAsync(load, entrants, cancel);
            var of = $"{load.Size}, {load.SessionsInWords}";
            table.Add($"accepted and relayed, {of}", rates[0], rates[1], null);
            table.Add($"accepted and relayed over STARTTLS and AUTH to the simulator, {of}", rates[2], Rates.None("–"), null);
        }

        await new Costs(scratch, clock).AddAsync(
            table, "relayed", [.. options.Sessions.Select(sessions => new Load(sessions, options.Sizes.Min(), Keeps: false))],
            (ours, entrants[0]), postfix is null ? null : (postfix, entrants[1]), cancel);
    }

    private Entrant Through(IServer server, Func<long> recorded) => new(server.Name, async (load, messages, cancel) =>
    {
        var all = recorded() + messages;
        var start = clock.GetTimestamp();
        await _source.SendAsync(server.Port, load, messages, cancel);
        while (recorded() < all)
        {
            if (clock.GetElapsedTime(start) > Patience)
            {
                throw new BenchmarkException($"{all - recorded()} of {messages} messages had not been relayed after {Patience.TotalSeconds:0} s");
            }

            await Task.Delay(Pause, clock, cancel);
        }

        return clock.GetElapsedTime(start);
    }, Compiles: server is HveRelayServer);
}
