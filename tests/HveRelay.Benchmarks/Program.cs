using System.CommandLine;
using System.Runtime.Versioning;
using HveRelay.Benchmarks;

// Postfix and /proc are what it measures with.
[assembly: SupportedOSPlatform("linux")]

return await BenchmarkCommand.Create(TimeProvider.System).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
