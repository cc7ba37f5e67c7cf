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

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
