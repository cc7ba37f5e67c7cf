using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>What came of reading the configuration: one of the two records inside.</summary>
public abstract record ConfigurationReading
{
    private ConfigurationReading()
    {
    }

    /// <param name="Options">Paths in it are absolute, secrets from files are read.</param>
    /// <param name="Serilog">The section of that name, empty where there is none.</param>
    public sealed record Loaded(RelayOptions Options, IConfigurationSection Serilog, IReadOnlyList<ConfigurationWarning> Warnings)
        : ConfigurationReading;

    /// <param name="Errors">At least one.</param>
    public sealed record Invalid(IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationWarning> Warnings) : ConfigurationReading;
}
