namespace HveRelay.Benchmarks.Processes;

/// <summary>Programs of this machine that are measured or that measure. Those of Postfix are often in no ordinary user's PATH.</summary>
internal static class Installed
{
    public static string? SmtpSource { get; } = Find("smtp-source");

    public static string? SmtpSink { get; } = Find("smtp-sink");

    public static string? Postfix { get; } = Find("postfix");

    public static string? Postconf { get; } = Find("postconf");

    public static string? Strace { get; } = Find("strace");

    public static string? Compiler { get; } = Find("cc") ?? Find("gcc") ?? Find("clang");

    /// <summary>The directory of PostgreSQL's programs: Debian keeps those of each version in one that is in nobody's PATH.</summary>
    public static string? Postgres { get; } = Find("initdb") is { } found ? Path.GetDirectoryName(found) : Newest("/usr/lib/postgresql");

    private static string? Newest(string versions) => Directory.Exists(versions)
        ? Directory.GetDirectories(versions).OrderByDescending(path => path, StringComparer.Ordinal).Select(path => Path.Combine(path, "bin"))
            .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
        : null;

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
