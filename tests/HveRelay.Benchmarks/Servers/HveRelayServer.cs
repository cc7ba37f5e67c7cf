using System.Globalization;
using System.Text.Json;
using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>Where HveRelay relays to.</summary>
/// <param name="Password">Null: neither AUTH nor TLS.</param>
/// <param name="TrustedCertificate">A PEM file, for STARTTLS.</param>
internal sealed record NextHop(int Port, string? Password = null, string? TrustedCertificate = null)
{
    /// <summary>The account that sends.</summary>
    public const string Account = "hve1@contoso.com";
}

/// <summary>The real program with a configuration of its own and everything else at its default: log lines to console and two files.</summary>
internal sealed class HveRelayServer : IServer
{
    private readonly HttpClient _web;

    private HveRelayServer(ChildProcess process, string configuration, int port, int web)
    {
        (Process, Configuration, Port) = (process, configuration, port);
        _web = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{web}/") };
    }

    public string Name => "HveRelay";

    public int Port { get; }

    public ChildProcess Process { get; }

    /// <summary>The configuration's file, for verbs.</summary>
    public string Configuration { get; }

    /// <param name="preload">See <see cref="SlowSync"/>.</param>
    /// <param name="data">A data directory that has a queue already; null: a new one.</param>
    /// <param name="postgres">The connection string of a queue in PostgreSQL; null: SQLite.</param>
    public static async Task<HveRelayServer> StartAsync(
        string program,
        ScratchDirectory scratch,
        NextHop hop,
        TimeProvider clock,
        CancellationToken cancel,
        string? preload = null,
        string? data = null,
        string? postgres = null)
    {
        var (port, web) = (Loopback.FreePort(), Loopback.FreePort());
        var directory = Directory.CreateDirectory(scratch.Of($"hverelay-{port}")).FullName;
        var configuration = Path.Combine(directory, "hverelay.json");
        await File.WriteAllTextAsync(configuration, Text(data ?? Path.Combine(directory, "data"), port, web, hop, postgres), cancel);
        var process = ChildProcess.Start(program, ["run", "--config", configuration], Path.Combine(directory, "console.log"), clock, preload);
        return await Started.OrStoppedAsync(new HveRelayServer(process, configuration, port, web), clock, cancel);
    }

    /// <summary>Syncs of the store since the start.</summary>
    public async Task<long> SyncsAsync(CancellationToken cancel)
    {
        const string Counter = "hverelay_store_syncs_total ";
        var page = await _web.GetStringAsync("metrics", cancel);
        var line = page.Split('\n').First(line => line.StartsWith(Counter, StringComparison.Ordinal));
        return (long)double.Parse(line[Counter.Length..], CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync()
    {
        _web.Dispose();
        return Process.DisposeAsync();
    }

    private static string Text(string data, int port, int web, NextHop hop, string? postgres) => JsonSerializer.Serialize(new
    {
        HostName = "relay.contoso.com",
        DataDirectory = data,

        // All the load comes from one address.
        Listeners = new[]
        {
            new { Name = "devices", Address = "127.0.0.1", Port = port, Tls = "None", MaxConnections = 1000, MaxConnectionsPerClient = 1000 },
        },
        Clients = new[] { new { Name = "bench", Networks = new[] { "127.0.0.0/8" } } },
        Hve = new
        {
            Host = "localhost",
            hop.Port,
            Security = hop.Password is null ? "None" : "StartTls",
            AcceptedDomains = new[] { "contoso.com" },
            RecipientsPerDay = 0,
            MaxConnections = PostfixServer.DestinationConcurrency,
            hop.TrustedCertificate,
            Accounts = new[] { new { Address = NextHop.Account, hop.Password } },
        },
        Queue = new { Store = postgres is null ? "Sqlite" : "Postgres", ConnectionString = postgres ?? string.Empty },
        Postmaster = "it@contoso.com",
        Web = new { Address = "127.0.0.1", Port = web },
    });
}
