namespace HveRelay.Benchmarks.Measuring;

/// <summary>One that takes part: sends so many messages and says how long that took.</summary>
/// <param name="SendAsync">Null: it cannot, for the reason <paramref name="Why"/>.</param>
/// <param name="Compiles">A program of .NET, which gets faster for a while.</param>
internal sealed record Entrant(string Name, Func<Load, int, CancellationToken, Task<TimeSpan>>? SendAsync, string Why = "", bool Compiles = false);
