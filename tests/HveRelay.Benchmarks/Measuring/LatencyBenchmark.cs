using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// How long a device waits for the 250, from its final dot on, with nothing delivered: by the client in this process, the same for both.
/// </summary>
internal sealed class LatencyBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private readonly OwnSource _timed = new(clock);
    private readonly ILoadSource _source = LoadSource.Of(scratch, clock);

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        await using var servers = await AcceptingServers.StartAsync(options, scratch, clock, cancel);
        await servers.WarmAsync(_source, options.WarmUp, clock, cancel);
        foreach (var load in options.Sessions.Select(sessions => new Load(sessions, options.Sizes.Min(), Keeps: true)))
        {
            await AddAsync(table, string.Empty, load, servers, cancel);
        }
    }

    /// <param name="circumstances">Of the row, as "on a slow disk".</param>
    public async Task AddAsync(Table table, string circumstances, Load load, AcceptingServers servers, CancellationToken cancel) => table.Add(
        $"time of the 250, median / 99th percentile{circumstances}, {load.Size}, {load.SessionsInWords}",
        await TimesAsync(load, servers.Ours, cancel),
        servers.Postfix is { } postfix ? await TimesAsync(load, postfix, cancel) : PostfixServer.Obstacle!);

    /// <summary>As many messages as a 99th percentile needs to mean something.</summary>
    private async Task<string> TimesAsync(Load load, IServer server, CancellationToken cancel)
    {
        var times = await _timed.TimeAsync(server.Port, load, Math.Max(10 * load.Sessions, options.TimedReplies), cancel);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Percentile.Of(times, 50).TotalMilliseconds:0.0} / {Percentile.Of(times, 99).TotalMilliseconds:0.0} ms");
    }
}
