using System.Text.Json;
using HveRelay.Operations.Configuration;

namespace HveRelay.Operations.Verbs;

/// <summary>The demo's configuration, as a file like any other, so that the other verbs can look at the demo too.</summary>
internal static class DemoConfiguration
{
    public const string Account = "hve1@contoso.com";
    public const string Password = "throw-away";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Writes the file into the data directory and reads it back as the daemon would.</summary>
    public static (string Path, ConfigurationReading.Loaded Loaded) Write(string data, string certificate, int smtpPort, int webPort, int hvePort)
    {
        File.WriteAllText(Path.Combine(data, "simulator.pem"), certificate);
        var path = Path.Combine(data, "hverelay.json");
        File.WriteAllText(path, JsonSerializer.Serialize(
            new
            {
                HostName = "relay.contoso.com",
                DataDirectory = ".",
                Postmaster = "it@contoso.com",
                Listeners = new[] { new { Name = "devices", Address = "127.0.0.1", Port = smtpPort } },
                Clients = new[] { new { Name = "demo", Networks = new[] { "127.0.0.0/8", "::1" } } },
                Hve = new
                {
                    Host = "localhost",
                    Port = hvePort,
                    TrustedCertificate = "simulator.pem",
                    AcceptedDomains = new[] { "contoso.com" },
                    Accounts = new[] { new { Address = Account, Password } },
                },
                Queue = new { MinimumFreeBytes = 64 * 1024 * 1024 },
                Web = new { Port = webPort },
            },
            Readable));
        return ConfigurationReader.Read(path, new Dictionary<string, string>()) switch
        {
            ConfigurationReading.Loaded loaded => (path, loaded),
            ConfigurationReading.Invalid invalid => throw new RelayStartException("demo", string.Join("; ", invalid.Errors)),
            var other => throw new InvalidOperationException($"No such reading: {other}"),
        };
    }
}
