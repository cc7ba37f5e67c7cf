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
    private const int TimedMessages = 2000;
    private const int CountedMessages = 500;

    private readonly SmtpSource _source = new(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        await using var sink = await SinkServer.StartAsync(scratch, counts: false, clock, cancel);
        await using var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, null, clock, cancel) : null;

        // Last, and so stopped first; its next hop goes before it, so that it need not wait for a greeting that never comes.
        var hop = new SilentHop();
        await using var ours = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel);
        using (hop)
        {
            await MeasureAsync(table, ours, postfix, sink, cancel);
        }
    }

    private async Task MeasureAsync(Table table, HveRelayServer ours, PostfixServer? postfix, SinkServer sink, CancellationToken cancel)
    {
        Entrant[] entrants = [To(ours), postfix is null ? new("Postfix", null, PostfixServer.Obstacle!) : To(postfix), To(sink)];
        foreach (var entrant in entrants)
        {
            await Warmth.WarmAsync(entrant, options.WarmUp, clock, cancel);
        }

        var turns = new Turns(options, clock);
        foreach (var load in Loads())
        {
            var rates = await turns.MeasureAsync(load, entrants, cancel);
            table.Add($"accepted, {load.Size}, {Sessions(load)}, connection {load.Connections}", rates[0], rates[1], rates[2]);
        }

        var smallest = options.Sizes.Min();
        foreach (var load in options.Sessions.Select(sessions => new Load(sessions, smallest, Keeps: false)))
        {
            table.Add(
                $"processor time a message, {load.Size}, {Sessions(load)}",
                await ProcessorTimeAsync(load, ours, cancel),
                postfix is null ? PostfixServer.Obstacle! : await ProcessorTimeAsync(load, postfix, cancel));
        }

        foreach (var load in options.Sessions.Select(sessions => new Load(sessions, smallest, Keeps: false)))
        {
            await CountSyncsAsync(table, load, ours, postfix, cancel);
        }

        table.Add("memory, accepting", Footprint.Of(ours).ToString(), postfix is null ? PostfixServer.Obstacle! : Footprint.Of(postfix).ToString());
    }

    /// <summary>Kept connections with the smallest size only: there they matter most.</summary>
    private IEnumerable<Load> Loads() =>
    [
        .. from octets in options.Sizes from sessions in options.Sessions select new Load(sessions, octets, Keeps: false),
        .. from sessions in options.Kept ? options.Sessions : [] select new Load(sessions, options.Sizes.Min(), Keeps: true),
    ];

    private Entrant To(IServer server) => new(server.Name, (load, messages, cancel) => _source.SendAsync(server.Port, load, messages, cancel));

    /// <summary>Others on the machine change it less than they change rates.</summary>
    private async Task<string> ProcessorTimeAsync(Load load, IServer server, CancellationToken cancel)
    {
        var before = ProcessTree.ProcessorTime(server.Process.Id);
        await _source.SendAsync(server.Port, load, TimedMessages, cancel);
        return $"{(ProcessTree.ProcessorTime(server.Process.Id) - before).TotalMicroseconds / TimedMessages:0} µs";
    }

    private async Task CountSyncsAsync(Table table, Load load, HveRelayServer ours, PostfixServer? postfix, CancellationToken cancel)
    {
        var before = await ours.SyncsAsync(cancel);
        await _source.SendAsync(ours.Port, load, CountedMessages, cancel);
        var syncs = await ours.SyncsAsync(cancel) - before;
        var theirs = PostfixServer.Obstacle ?? (Installed.Strace is null ? "strace is not installed" : null);
        if (postfix is not null && theirs is null)
        {
            var counted = await SyncCount.OfAsync(postfix, scratch, () => _source.SendAsync(postfix.Port, load, CountedMessages, cancel), clock, cancel);
            theirs = counted is { } calls ? PerMessage(calls) : "strace may not look";
        }

        table.Add($"syncs a message, {load.Size}, {Sessions(load)}", PerMessage(syncs), theirs!);
    }

    private static string PerMessage(long syncs) => $"{(double)syncs / CountedMessages:0.00}";

    private static string Sessions(Load load) => load.Sessions == 1 ? "1 session" : $"{load.Sessions} sessions";
}
