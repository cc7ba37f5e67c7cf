using System.Globalization;

namespace HveRelay.Tests.Program;

/// <summary>What the system says of a process's memory, in MB; Linux only.</summary>
internal static class Memory
{
    /// <summary>The highest resident set since it began.</summary>
    public static long Peak(ChildProcess process) => Field(process, "VmHWM:");

    /// <summary>The resident set now.</summary>
    public static long Now(ChildProcess process) => Field(process, "VmRSS:");

    private static long Field(ChildProcess process, string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        var line = File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1_000_000;
    }
}
