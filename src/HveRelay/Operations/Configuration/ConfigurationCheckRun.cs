using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>Everything that can be said about a configuration without starting the relay: form, rules, files.</summary>
public static class ConfigurationCheckRun
{
    /// <param name="path">From <see cref="ConfigurationFile.Find"/>.</param>
    public static CheckReport Run(string? path, IReadOnlyDictionary<string, string> environment, TimeProvider clock)
    {
        var (options, _, report) = ConfigurationReader.ReadAll(path, environment);
        return options is null ? report : report.Then(FileChecks.Check(options, clock));
    }

    /// <summary>As above, with the variables and the clock of this process.</summary>
    public static CheckReport Run(string? path) => Run(path, EnvironmentKeys.OfThisProcess(), TimeProvider.System);
}
