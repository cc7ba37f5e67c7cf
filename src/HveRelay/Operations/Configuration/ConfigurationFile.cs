namespace HveRelay.Operations.Configuration;

/// <summary>Where the configuration is looked for.</summary>
public static class ConfigurationFile
{
    private const string Name = "hverelay.json";

    /// <summary>In this order; relative ones are relative to the current directory.</summary>
    public static IReadOnlyList<string> Places { get; } =
    [
        Name,
        Path.Combine("config", Name),
        OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HveRelay", Name)
            : "/etc/hverelay/" + Name,
    ];

    /// <summary>What <c>--config</c> says, whether it is there or not; otherwise the first place that has one; null: none has.</summary>
    public static string? Find(string? explicitPath) => explicitPath ?? Places.FirstOrDefault(File.Exists);
}
