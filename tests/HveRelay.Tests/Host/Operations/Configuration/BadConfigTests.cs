using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>
/// Each folder of BadConfigs is a way to misconfigure: hverelay.json, perhaps an environment (NAME=value a line) and files that it
/// names, and in expected.txt exactly what is said about it, a line each; warnings begin with the word.
/// </summary>
public sealed class BadConfigTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "BadConfigs");

    public static TheoryData<string> Folders { get; } =
        [.. Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>Their passwords are no secrets, and whether others may read them depends on where this was unpacked.</summary>
    static BadConfigTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Says_what_is_wrong(string name)
    {
        var folder = Path.Combine(Root, name);
        var report = ConfigurationCheckRun.Run(Path.Combine(folder, "hverelay.json"), Environment(folder), new ManualClock());

        var said = report.Errors.Select(error => error.ToString())
            .Concat(report.Warnings.Select(warning => $"warning {warning}"))
            .Select(line => line.Replace(folder + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal));
        Assert.Equal(File.ReadAllLines(Path.Combine(folder, "expected.txt")), said);
    }

    /// <summary>Every secret in the folders is this one.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Never_shows_a_secret(string name)
    {
        var folder = Path.Combine(Root, name);
        var report = ConfigurationCheckRun.Run(Path.Combine(folder, "hverelay.json"), Environment(folder), new ManualClock());

        Assert.DoesNotContain("hunter2", string.Join('\n', report.Errors) + string.Join('\n', report.Warnings), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string folder)
    {
        var file = Path.Combine(folder, "environment");
        return File.Exists(file)
            ? File.ReadAllLines(file).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal)
            : [];
    }
}
