namespace HveRelay.Tests.Program;

/// <summary>A program of the machine that a test needs.</summary>
internal static class Tool
{
    /// <summary>Its path; where it is missing the test is skipped, and says why.</summary>
    public static string Require(string name)
    {
        // Debian keeps Postfix's programs where only root's PATH looks.
        var path = (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/usr/lib/postfix/sbin").Split(':')
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return path!;
    }

    /// <summary>Runs it to its end, which must be a good one.</summary>
    public static async Task RunAsync(string name, string directory, string[] arguments, string input = "")
    {
        // No configuration of whoever runs the tests.
        var environment = new Dictionary<string, string> { ["HOME"] = directory };
        var ended = await ChildProcess.RunAsync(Require(name), arguments, directory, environment, input);
        Assert.True(ended.Status == 0, $"{name} ended with {ended.Status}:\n{ended.Output}{ended.Error}");
    }
}
