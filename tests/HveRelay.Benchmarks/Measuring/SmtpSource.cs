using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>Postfix' smtp-source.</summary>
internal sealed class SmtpSource(string program, ScratchDirectory scratch, TimeProvider clock) : ILoadSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private int _runs;

    public async Task<TimeSpan> SendAsync(int port, Load load, int messages, CancellationToken cancel)
    {
        string[] arguments =
        [
            "-s", $"{load.Sessions}", "-m", $"{messages}", "-l", $"{load.Octets}", .. load.Keeps ? ["-d"] : Array.Empty<string>(),
            "-N", "-f", "scanner@contoso.com", "-t", "you@contoso.com", "-M", "scanner.contoso.com", $"127.0.0.1:{port}",
        ];
        var start = clock.GetTimestamp();
        await using var source = ChildProcess.Start(program, arguments, scratch.Of($"source-{++_runs}.log"), clock);
        var status = await source.ExitAsync(Patience, cancel);
        return status == 0 ? clock.GetElapsedTime(start) : throw new BenchmarkException($"smtp-source: {source.LastWords()}");
    }
}
