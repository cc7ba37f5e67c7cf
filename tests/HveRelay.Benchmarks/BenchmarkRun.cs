using HveRelay.Benchmarks.Measuring;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks;

/// <summary>One run from the first server to the table.</summary>
internal static class BenchmarkRun
{
    /// <summary>What can be measured, in the order of the table.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["accept", "relay", "reply", "slow-disk", "start", "drain", "postgres"];

    public static async Task<int> RunAsync(BenchmarkOptions options, TimeProvider clock, CancellationToken cancel)
    {
        if (Machine.IsInMemory(options.Directory))
        {
            await Console.Error.WriteLineAsync($"{options.Directory} is in memory, where a sync costs nothing: name a disk with --directory");
        }

        var machine = await Machine.DescribeAsync(options, clock, cancel);
        var table = new Table();
        using (var scratch = ScratchDirectory.Create(options.Directory))
        {
            foreach (var kind in options.Only is { } only ? [only] : Kinds)
            {
                await (kind switch
                {
                    "accept" => new AcceptBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    "relay" => new RelayBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    "reply" => new LatencyBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    "slow-disk" => new SlowDiskBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    "postgres" => new PostgresBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    "drain" => new DrainBenchmark(options, scratch, clock).RunAsync(table, cancel),
                    _ => new StartBenchmark(options, scratch, clock).RunAsync(table, cancel),
                });
            }
        }

        var report = $"""
            {string.Join('\n', machine.Select(fact => "- " + fact))}

            {table}
            {Notes(options)}
            """;
        Console.WriteLine(report);
        if (options.Write is { } file)
        {
            await Document.ReplaceAsync(file, report, cancel);
        }

        return 0;
    }

    private static string Notes(BenchmarkOptions options) => $"""
        - Rates are messages a second: the median of {options.Rounds} rounds, then the lowest and the highest. The servers run side by side, are
          warmed up, and are measured in turns; the ratio is taken round by round.
        - The load is {Load}, each message to another recipient.
        - "Accepted" delivers nothing: HveRelay's next hop never greets, Postfix puts all on hold. "Accepted and relayed" ends when the next
          hop has the last message; it is the same for both, and both may use {PostfixServer.DestinationConcurrency} connections to it.
        - Both write their log to files, as they do by default. Postfix runs with its defaults, but for
          {string.Join(", ", PostfixFiles.Liberties.Select(each => $"`{each}`"))}.
        - The time of the 250 runs from the final dot to the reply, over kept connections, seen by the same client in this process for both.
          The slower sync is a library that lets fsync and fdatasync take {SlowDiskBenchmark.Sync.TotalMilliseconds:0} ms more, for both.
        - A start is measured from the program's first moment, after a clean end and after kill -9; messages have 2 KB and are all due, the
          next hop is the simulator. What drains is counted for {options.Drain.TotalSeconds:0} s at most.
        - "Drained" is from the program's first moment to the last message at the simulator; the two ways take turns, and the ratio is that of their
          rates, round by round.
        - PostgreSQL runs on the same machine with its package's settings, and so with every sync; two nodes share the sessions and one queue.
        - Processor time and memory are those of all processes of a server; memory is the sum of their peaks. Syncs are HveRelay's own count;
          Postfix' are counted with strace.
        """;

    private static string Load => Installed.SmtpSource is null ? "made in this process, smtp-source not being installed" : "`smtp-source -N`";
}
