using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Queues;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;
using HveRelay.Simulator;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// A start with much mail queued: from the program's first moment to the first message at the next hop; after kill -9 too, when the
/// file is checked. Then what an operator asks meanwhile, how fast the queue drains, and the memory of it all.
/// </summary>
internal sealed class StartBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    /// <summary>A queue this empty is no longer watched: what was under way at the kill waits for its second attempt.</summary>
    private const double AlmostAll = 0.95;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        foreach (var queued in options.Queued)
        {
            var data = scratch.Of($"queued-{queued}");
            await new QueueFill(clock).FillAsync(data, ended: 0, queued, cancel);
            await MeasureAsync(table, queued, data, cancel);
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task MeasureAsync(Table table, int queued, string data, CancellationToken cancel)
    {
        var of = string.Create(CultureInfo.InvariantCulture, $"{queued:#,0} queued");
        await using var hop = await HveSimulator.StartAsync(
            new SimulatorOptions
            {
                Accounts = [new SimulatedAccount(NextHop.Account, "benchmark")],
                Security = SimulatorSecurity.None,
                RequireAuthentication = false,
                RecipientsPerDay = 0,
                KeepContent = false,
                RecordLimit = 0,
                TranscriptLimit = 0,
            },
            clock);

        // Killed in the middle of its work: the second start finds a WAL, attempts that never ended, and a file to check.
        await using (var first = await StartAsync(table, $"start to first delivery, {of}", data, hop, cancel))
        {
            first.Process.SendKill();
            await first.Process.ExitAsync(Patience, cancel);
        }

        await using var second = await StartAsync(table, $"start to first delivery after kill -9, {of}", data, hop, cancel);
        Add(table, $"`queue list --json`, the first hundred, {of}", Seconds(await AskAsync(second, ["queue", "list", "--json"], cancel)));
        var (before, start) = (hop.Recorded, clock.GetTimestamp());
        while (clock.GetElapsedTime(start) < options.Drain && hop.Recorded < AlmostAll * queued)
        {
            await Task.Delay(Pause, clock, cancel);
        }

        Add(table, $"drained a second, {of}", $"{(hop.Recorded - before) / clock.GetElapsedTime(start).TotalSeconds:0}");
        Add(table, $"`/metrics`, {of}", Seconds(await TimeAsync(() => second.SyncsAsync(cancel))));
        Add(table, $"memory at its peak, {of}", $"{ProcessTree.PeakMemory(second.Process.Id) / 1_048_576} MiB");
    }

    private async Task<HveRelayServer> StartAsync(Table table, string what, string data, HveSimulator hop, CancellationToken cancel)
    {
        var (before, start) = (hop.Recorded, clock.GetTimestamp());
        var server = await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel, data: data);
        var greets = clock.GetElapsedTime(start);
        while (hop.Recorded == before)
        {
            if (clock.GetElapsedTime(start) > Patience)
            {
                await server.DisposeAsync();
                throw new BenchmarkException($"{what}: nothing was delivered within {Patience.TotalSeconds:0} s: {server.Process.LastWords()}");
            }

            await Task.Delay(Pause, clock, cancel);
        }

        Add(table, what, $"{Seconds(clock.GetElapsedTime(start))} (greets after {Seconds(greets)})");
        return server;
    }

    private Task<TimeSpan> AskAsync(HveRelayServer server, string[] verb, CancellationToken cancel) =>
        TimeAsync(async () => _ = await ChildProcess.AskAsync(options.Program, [.. verb, "--config", server.Configuration], cancel)
            ?? throw new BenchmarkException($"{string.Join(' ', verb)} failed"));

    private async Task<TimeSpan> TimeAsync(Func<Task> happens)
    {
        var start = clock.GetTimestamp();
        await happens();
        return clock.GetElapsedTime(start);
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    private static void Add(Table table, string what, string ours) => table.Add(what, ours, "–");
}
