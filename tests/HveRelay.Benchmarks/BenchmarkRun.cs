using HveRelay.Benchmarks.Measuring;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks;

/// <summary>One run from the first server to the table.</summary>
internal static class BenchmarkRun
{
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
            if (options.Only is null or "accept")
            {
                await new AcceptBenchmark(options, scratch, clock).RunAsync(table, cancel);
            }

            if (options.Only is null or "relay")
            {
                await new RelayBenchmark(options, scratch, clock).RunAsync(table, cancel);
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
        - Processor time and memory are those of all processes of a server; memory is the sum of their peaks. Syncs are HveRelay's own count;
          Postfix' are counted with strace.
        """;

    private static string Load => Installed.SmtpSource is null ? "made in this process, smtp-source not being installed" : "`smtp-source -N`";
}
