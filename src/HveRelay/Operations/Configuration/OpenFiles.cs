using System.Globalization;
using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Each connection is an open file, and a process may have only so many. Where the limit is reached the system refuses connections
/// before the relay can say 421, and the queue's files may be what is missing next.
/// </summary>
internal static class OpenFiles
{
    /// <summary>What the relay needs beside its connections: queue, log, libraries, the web, the way to HVE.</summary>
    public const int Others = 200;

    /// <summary>Null where there is room, or where the system has no such limit.</summary>
    public static ConfigurationWarning? Check(RelayOptions relay, long? limit)
    {
        var wanted = relay.Listeners.Sum(listener => (long)listener.MaxConnections) + Others;
        return limit < wanted
            ? new ConfigurationWarning(
                "Listeners",
                $"allow {wanted - Others} connections together, and this process may have {limit} open files with {Others} for itself; "
                + "raise the limit (LimitNOFILE of the unit, ulimit -n) or lower MaxConnections")
            : null;
    }

    /// <summary>
    /// The limit of this process; null where there is none to be known. .NET raises the soft limit to the hard one as it starts
    /// (getrlimit(2), RLIMIT_NOFILE), so that what is read here is what counts.
    /// </summary>
    public static long? LimitOfThisProcess()
    {
        const string Limits = "/proc/self/limits";
        if (!OperatingSystem.IsLinux() || !File.Exists(Limits))
        {
            return null;
        }

        // Max open files            20000                20000                files
        var line = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..]
            && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
