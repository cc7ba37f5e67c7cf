namespace HveRelay.Benchmarks.Processes;

/// <summary>A measurement could not be taken, and why.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
