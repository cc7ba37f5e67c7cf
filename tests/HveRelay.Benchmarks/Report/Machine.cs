using System.Diagnostics;
using System.Runtime.InteropServices;
using HveRelay.Benchmarks.Measuring;
using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Report;

/// <summary>What the figures were taken on: without it they say nothing.</summary>
internal static class Machine
{
    private const int SyncsTimed = 50;

    /// <summary>A line for each fact.</summary>
    public static async Task<IReadOnlyList<string>> DescribeAsync(BenchmarkOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var postfix = Installed.Postconf is { } postconf ? await ChildProcess.AskAsync(postconf, ["-d", "-h", "mail_version"], cancel) : null;
        return
        [
            $"Date: {clock.GetUtcNow():yyyy-MM-dd}",
            $"Machine: {Processor()}, {Environment.ProcessorCount} cores, {Memory()}, "
                + $"load before the run {FirstLine("/proc/loadavg")?.Split(' ')[0] ?? "unknown"}",
            $"Kernel: Linux {FirstLine("/proc/sys/kernel/osrelease") ?? "unknown"}",
            $"Disk: {FileSystem(options.Directory)}; "
                + $"a sync after 4 KB takes {Sync(options.Directory, clock).TotalMilliseconds:0.00} ms (median of {SyncsTimed})",
            $"Versions: HveRelay {Version(options.Program)}, {RuntimeInformation.FrameworkDescription}, "
                + $"Postfix {postfix ?? "not installed"} (smtp-source and smtp-sink are its own)",
            $"Command: `dotnet run -c Release --project tests/HveRelay.Benchmarks"
                + $"{(options.Arguments.Length > 0 ? " -- " + options.Arguments : string.Empty)}`",
        ];
    }

    public static bool IsInMemory(string directory) => new DriveInfo(Path.GetFullPath(directory)).DriveFormat is "tmpfs" or "ramfs";

    private static string FileSystem(string directory) => new DriveInfo(Path.GetFullPath(directory)).DriveFormat;

    private static string Processor() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Memory() => $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1_073_741_824.0:0.#} GiB";

    private static string Version(string program) => FileVersionInfo.GetVersionInfo(program + ".dll").ProductVersion ?? "unknown";

    private static string? FirstLine(string file) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault() : null;

    private static TimeSpan Sync(string directory, TimeProvider clock)
    {
        using var file = new FileStream(
            Path.Combine(directory, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        var block = new byte[4096];
        var times = new List<double>();
        for (var i = 0; i < SyncsTimed; i++)
        {
            file.Write(block);
            var start = clock.GetTimestamp();
#pragma warning disable RS0030 // Only timed: whether it fails is of no matter here.
            file.Flush(flushToDisk: true);
#pragma warning restore RS0030
            times.Add(clock.GetElapsedTime(start).TotalSeconds);
        }

        return TimeSpan.FromSeconds(Rates.MedianOf(times));
    }
}
