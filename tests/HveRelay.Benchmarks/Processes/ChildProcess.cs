using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HveRelay.Benchmarks.Processes;

/// <summary>
/// A process of ours. What it says goes to a file and not through us, so that reading it costs nothing here. It is stopped by its
/// own id with all its descendants.
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Interrupt = 2;
    private const int Kill = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly TimeProvider _clock;

    private ChildProcess(Process process, string name, string log, TimeProvider clock) => (_process, Name, Log, _clock) = (process, name, log, clock);

    public string Name { get; }

    /// <summary>The file that has what it said.</summary>
    public string Log { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="preload">A library that it is to load before its own, or null.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string log, TimeProvider clock, string? preload = null)
    {
        // The shell only opens the file and then becomes the program: the id stays.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$0\" \"$@\" >>\"$BENCHMARK_LOG\" 2>&1 </dev/null", program },
            Environment = { ["BENCHMARK_LOG"] = log },
        };
        if (preload is not null)
        {
            start.Environment["LD_PRELOAD"] = preload;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ChildProcess(Process.Start(start)!, Path.GetFileName(program), log, clock);
    }

    /// <summary>Runs a program to its end and returns what it said; null where it failed.</summary>
    public static async Task<string?> AskAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? said.Trim() : null;
    }

    /// <summary>Its exit status; cut short with its process when cancelled or after <paramref name="most"/>.</summary>
    /// <exception cref="BenchmarkException">It took longer.</exception>
    public async Task<int> ExitAsync(TimeSpan most, CancellationToken cancel)
    {
        try
        {
            await _process.WaitForExitAsync(cancel).WaitAsync(most, _clock, cancel);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new BenchmarkException($"{Name} did not end within {most.TotalSeconds:0} s: {LastWords()}");
        }
    }

    public string LastWords()
    {
        var lines = File.Exists(Log) ? File.ReadAllLines(Log) : [];
        return lines.Length == 0 ? "it said nothing" : string.Join(" / ", lines[^Math.Min(3, lines.Length)..]);
    }

    /// <summary>As a power cut would: nothing of it runs any more.</summary>
    public void SendKill() => _ = Signal(Id, Kill);

    public void SendInterrupt() => _ = Signal(Id, Interrupt);

    public async ValueTask DisposeAsync()
    {
        var family = ProcessTree.Of(Id);
        if (!_process.HasExited)
        {
            // All of them: the shell script that is the father of Postfix' master would not pass it on.
            foreach (var member in family)
            {
                _ = Signal(member.Id, Terminate);
            }

            try
            {
                await ExitAsync(Patience, CancellationToken.None);
            }
            catch (BenchmarkException)
            {
                // The next signal is one that cannot be ignored.
            }
        }

        // Descendants that outlived it; a start time that changed means that the id is another's by now.
        foreach (var left in family.Where(each => each.IsAlive()))
        {
            _ = Signal(left.Id, Kill);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
