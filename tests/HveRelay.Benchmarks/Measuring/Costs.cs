using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>What a message costs: processor time, which others on the machine change less than they change rates; syncs; memory.</summary>
internal sealed class Costs(ScratchDirectory scratch, TimeProvider clock)
{
    private const int TimedMessages = 1000;
    private const int CountedMessages = 200;

    /// <param name="done">accepted, or relayed.</param>
    /// <param name="postfix">Null where it cannot be measured.</param>
    public async Task AddAsync(
        Table table,
        string done,
        IReadOnlyList<Load> loads,
        (HveRelayServer Server, Entrant Load) ours,
        (PostfixServer Server, Entrant Load)? postfix,
        CancellationToken cancel)
    {
        var missing = PostfixServer.Obstacle ?? string.Empty;
        foreach (var load in loads)
        {
            table.Add(
                $"processor time a message {done}, {load.Size}, {load.SessionsInWords}",
                await ProcessorTimeAsync(load, ours.Server, ours.Load, cancel),
                postfix is { } theirs ? await ProcessorTimeAsync(load, theirs.Server, theirs.Load, cancel) : missing);
        }

        foreach (var load in loads)
        {
            var before = await ours.Server.SyncsAsync(cancel);
            await ours.Load.SendAsync!(load, CountedMessages, cancel);
            var syncs = await ours.Server.SyncsAsync(cancel) - before;
            table.Add(
                $"syncs a message {done}, {load.Size}, {load.SessionsInWords}",
                PerMessage(syncs),
                postfix is { } theirs ? await SyncsAsync(load, theirs.Server, theirs.Load, cancel) : missing);
        }

        table.Add($"memory, {done}", Footprint.Of(ours.Server).ToString(), postfix is { } last ? Footprint.Of(last.Server).ToString() : missing);
    }

    private static async Task<string> ProcessorTimeAsync(Load load, IServer server, Entrant entrant, CancellationToken cancel)
    {
        var before = ProcessTree.ProcessorTime(server.Process.Id);
        await entrant.SendAsync!(load, TimedMessages, cancel);
        return $"{(ProcessTree.ProcessorTime(server.Process.Id) - before).TotalMicroseconds / TimedMessages:0} µs";
    }

    private async Task<string> SyncsAsync(Load load, IServer server, Entrant entrant, CancellationToken cancel)
    {
        if (Installed.Strace is null)
        {
            return "strace is not installed";
        }

        var counted = await SyncCount.OfAsync(server, scratch, () => entrant.SendAsync!(load, CountedMessages, cancel), clock, cancel);
        return counted is { } calls ? PerMessage(calls) : "strace may not look";
    }

    private static string PerMessage(long syncs) => $"{(double)syncs / CountedMessages:0.00}";
}
