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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly SmtpSource _source = new(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        await using var sink = await SinkServer.StartAsync(scratch, counts: true, clock, cancel);
        await using var simulator = await HveSimulator.StartAsync(
            new SimulatorOptions
            {
                Accounts = [new SimulatedAccount(NextHop.Account, Password)],
                RecipientsPerDay = 0,
                KeepContent = false,
                RecordLimit = 0,
                TranscriptLimit = 0,
            },
            clock);
        var certificate = scratch.Of("simulator.pem");
        await File.WriteAllTextAsync(certificate, simulator.CertificatePem, cancel);
        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, sink.Port, clock, cancel) : null;
        await using var ours = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(sink.Port), clock, cancel);
        await using var guarded = await HveRelayServer.StartAsync(
            options.Program, scratch, new NextHop(simulator.Port, Password, certificate), clock, cancel);
        Entrant[] entrants =
        [
            Through(ours, sink.Messages),
            postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : Through(postfix, sink.Messages),
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
            var of = $"{load.Size}, {load.Sessions} session{(load.Sessions == 1 ? "" : "s")}";
            table.Add($"accepted and relayed, {of}", rates[0], rates[1], null);
            table.Add($"accepted and relayed over STARTTLS and AUTH to the simulator, {of}", rates[2], Rates.None("–"), null);
        }

        table.Add("memory, relaying", Footprint.Of(ours).ToString(), postfix is null ? PostfixServer.Obstacle! : Footprint.Of(postfix).ToString());
    }

    private Entrant Through(IServer server, Func<long> arrived) => new(server.Name, async (load, messages, cancel) =>
    {
        var all = arrived() + messages;
        var start = clock.GetTimestamp();
        await _source.SendAsync(server.Port, load, messages, cancel);
        while (arrived() < all)
        {
            if (clock.GetElapsedTime(start) > Patience)
            {
                throw new BenchmarkException($"{all - arrived()} of {messages} messages had not been relayed after {Patience.TotalSeconds:0} s");
            }

            await Task.Delay(Pause, clock, cancel);
        }

        return clock.GetElapsedTime(start);
    });
}
