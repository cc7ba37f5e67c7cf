using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Operations.Log;

namespace HveRelay.Operations.Configuration;

/// <summary>Reads the file and the environment over it, and finds everything that is wrong at once.</summary>
public static class ConfigurationReader
{
    /// <param name="path">From <see cref="ConfigurationFile.Find"/>; null where that found none.</param>
    /// <param name="environment">All variables; those that begin with <c>HVERELAY_</c> override keys.</param>
    public static ConfigurationReading Read(string? path, IReadOnlyDictionary<string, string> environment)
    {
        var (options, serilog, report) = ReadAll(path, environment);
        return report.Errors.Count > 0 || options is null || serilog is null
            ? new ConfigurationReading.Invalid(report.Errors, report.Warnings)
            : new ConfigurationReading.Loaded(options, serilog, report.Warnings);
    }

    /// <summary>The options as far as they could be read: null only where there is no file that is JSON.</summary>
    internal static (RelayOptions? Options, IConfigurationSection? Serilog, CheckReport Report) ReadAll(
        string? path, IReadOnlyDictionary<string, string> environment)
    {
        var errors = new List<ConfigurationError>();
        var json = Open(path, errors);
        if (path is null || json is null)
        {
            return (null, null, new CheckReport(errors, []));
        }

        var keys = new EnvironmentKeys(environment);
        var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).Build();
        var root = new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).AddInMemoryCollection(keys.Values).Build();
        var walk = new ConfigurationWalk(file, keys, Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = walk.Read(root);
        IReadOnlyList<ConfigurationWarning> open = walk.SecretKey is { } key && SecretFile.OpenToAll(key, path) is { } warning ? [warning] : [];
        var serilog = root.GetSection("Serilog");
        if (SerilogSection.Fault(serilog) is { } fault)
        {
            errors.Add(fault);
        }

        var report = new CheckReport(errors, [])
            .Then(new CheckReport(walk.Errors, [.. walk.Warnings, .. open]))
            .Then(ConfigurationCheck.Check(options))
            .Then(ConnectionText.Check(options.Queue));
        return (options, serilog, report);
    }

    private static byte[]? Open(string? path, List<ConfigurationError> errors)
    {
        if (path is null)
        {
            errors.Add(new ConfigurationError("--config", $"no configuration file; looked for {string.Join(", ", ConfigurationFile.Places)}"));
            return null;
        }

        try
        {
            return ConfigurationText.Clean(path, BoundedFile.ReadAllText(path, BoundedFile.Text), errors);
        }
        catch (Exception fault) when (FileFault.Sentence(path, fault) is { } sentence)
        {
            errors.Add(new ConfigurationError("--config", sentence));
            return null;
        }
    }
}
