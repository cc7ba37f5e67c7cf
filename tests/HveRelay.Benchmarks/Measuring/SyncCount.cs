using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>Counts the syncs of a server's processes with strace while something happens. That slows them, so nothing is timed then.</summary>
internal static class SyncCount
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Null where strace may not look into the processes.</summary>
    public static async Task<long?> OfAsync(
        IServer server, ScratchDirectory scratch, Func<Task> happens, TimeProvider clock, CancellationToken cancel)
    {
        var processes = ProcessTree.Of(server.Process.Id);
        var summary = scratch.Of("syncs.txt");
        string[] arguments =
        [
            "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", summary, .. processes.SelectMany(process => new[] { "-p", $"{process.Id}" }),
        ];
        await using var strace = ChildProcess.Start(Installed.Strace!, arguments, scratch.Of("strace.log"), clock);
        var start = clock.GetTimestamp();
        while (Attached(strace) < processes.Count)
        {
            if (strace.HasExited || clock.GetElapsedTime(start) > Patience)
            {
                return null;
            }

            await Task.Delay(Pause, clock, cancel);
        }

        await happens();
        strace.SendInterrupt();
        await strace.ExitAsync(Patience, cancel);
        return Calls(await File.ReadAllLinesAsync(summary, cancel));
    }

    /// <summary>It says "Process 4711 attached", or "attached with 7 threads".</summary>
    private static int Attached(ChildProcess strace) => File.Exists(strace.Log)
        ? File.ReadLines(strace.Log).Count(line => line.Contains(" attached", StringComparison.Ordinal))
        : 0;

    /// <summary>Columns: % time, seconds, usecs/call, calls, errors (may be absent), name.</summary>
    public static long Calls(IEnumerable<string> summary) => summary
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns is [.., "fsync" or "fdatasync"])
        .Sum(columns => long.Parse(columns[3], CultureInfo.InvariantCulture));
}
