using System.Diagnostics;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>How a program ended, and all it wrote.</summary>
internal sealed record Ended(int Status, string Output, string Error)
{
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A program that a test has started, and that ends with it, by its process id, whatever happens.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Captured _output = new();
    private readonly Captured _error = new();
    private readonly Task _captured;
    private readonly string _name;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        _captured = Task.WhenAll(_output.ReadAsync(process.StandardOutput), _error.ReadAsync(process.StandardError));
    }

    /// <summary>The whole lines of standard output so far.</summary>
    public IReadOnlyList<string> Lines => _output.Lines;

    public bool HasEnded => _process.HasExited;

    public int Id => _process.Id;

    /// <param name="environment">Beside that of the test. Standard input is empty.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string>? environment = null, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = directory,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new ChildProcess(process, Path.GetFileName(program) + ' ' + string.Join(' ', arguments));
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Ended> RunAsync(
        string program, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string>? environment = null, string input = "")
    {
        await using var child = Start(program, arguments, directory, environment, input);
        return await child.EndAsync();
    }

    /// <summary>Waits for a line of standard output.</summary>
    public async Task<string> SaysAsync(Predicate<string> line)
    {
        await Until.True(() => HasEnded || Lines.Any(each => line(each)), Story, 120);
        if (HasEnded)
        {
            await _captured;
        }

        return Lines.FirstOrDefault(each => line(each)) ?? throw new InvalidOperationException($"It ended before it said so: {Story()}");
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <param name="seconds">How long it may take at most.</param>
    public async Task<Ended> EndAsync(int seconds = 120)
    {
        await Until.True(() => HasEnded, Story, seconds);
        await _captured;
        return new Ended(_process.ExitCode, _output.Text, _error.Text);
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGINT.</summary>
    public void Interrupt() => Signal("INT");

    public void HangUp() => Signal("HUP");

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            _process.Kill(entireProcessTree: true);
            await EndAsync();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        // .NET has no call for it, and a minimal Debian no kill but the shell's own.
        using var shell = Process.Start("sh", ["-c", $"kill -{name} {_process.Id}"]);
        shell.WaitForExit();
    }

    /// <summary>What it said last, for whoever has to find out why a test failed.</summary>
    public string LastWords => $"{_name}, the last lines:\n{string.Join('\n', Lines.TakeLast(100))}\n{_error.Text}";

    private string Story() => $"{_name}\n{_output.Text}{_error.Text}";

    /// <summary>What came out of one of its pipes.</summary>
    private sealed class Captured
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate)
                {
                    return [.. _lines];
                }
            }
        }

        public string Text => string.Concat(Lines.Select(line => line + '\n'));

        public async Task ReadAsync(StreamReader from)
        {
            while (await from.ReadLineAsync() is { } line)
            {
                lock (_gate)
                {
                    _lines.Add(line);
                }
            }
        }
    }
}
