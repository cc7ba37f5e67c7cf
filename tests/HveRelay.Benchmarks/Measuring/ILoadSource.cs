using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>What sends the load.</summary>
internal interface ILoadSource
{
    /// <summary>Sends so many messages; ends when the last one has been answered. The answer is the time from first connect to then.</summary>
    /// <exception cref="BenchmarkException">Something was refused, or it took too long.</exception>
    Task<TimeSpan> SendAsync(int port, Load load, int messages, CancellationToken cancel);
}

/// <summary>Which source there is on this machine.</summary>
internal static class LoadSource
{
    public static ILoadSource Of(ScratchDirectory scratch, TimeProvider clock) =>
        Installed.SmtpSource is { } program ? new SmtpSource(program, scratch, clock) : new OwnSource(clock);
}
