using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>What is sent: by so many sessions at once, messages of so many octets of body.</summary>
/// <param name="Keeps">A session keeps its connection for all its messages; else each message has a connection of its own.</param>
internal sealed record Load(int Sessions, int Octets, bool Keeps)
{
    /// <summary>So that the disk's cache is not what is measured.</summary>
    private const long MostOctets = 256 * 1024 * 1024;

    public string Size => Octets % 1024 == 0 ? $"{Octets / 1024} KB" : $"{Octets} B";

    public string Connections => Keeps ? "kept" : "one a message";

    /// <summary>Messages for a measurement of about <paramref name="time"/>, at least two for each session.</summary>
    public int Messages(double perSecond, TimeSpan time) =>
        (int)Math.Clamp(perSecond * time.TotalSeconds, 2 * Sessions, Math.Max(2 * Sessions, MostOctets / Octets));
}

/// <summary>Postfix' smtp-source, which sends the load.</summary>
internal sealed class SmtpSource(ScratchDirectory scratch, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private int _runs;

    /// <summary>Sends so many messages; ends when the last one has been answered. The answer is the time from first connect to then.</summary>
    /// <exception cref="BenchmarkException">Something was refused, or it took too long.</exception>
    public async Task<TimeSpan> SendAsync(int port, Load load, int messages, CancellationToken cancel)
    {
        string[] arguments =
        [
            "-s", $"{load.Sessions}", "-m", $"{messages}", "-l", $"{load.Octets}", .. load.Keeps ? ["-d"] : Array.Empty<string>(),
            "-N", "-f", "scanner@contoso.com", "-t", "you@contoso.com", "-M", "scanner.contoso.com", $"127.0.0.1:{port}",
        ];
        var start = clock.GetTimestamp();
        await using var source = ChildProcess.Start(Installed.SmtpSource!, arguments, scratch.Of($"source-{++_runs}.log"), clock);
        var status = await source.ExitAsync(Patience, cancel);
        return status == 0 ? clock.GetElapsedTime(start) : throw new BenchmarkException($"smtp-source: {source.LastWords()}");
    }
}
