using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>
/// The built program with a configuration in a directory of its own, in front of a simulated HVE in this process. Real processes,
/// real time, the loopback network.
/// </summary>
internal sealed class ProgramStory : IAsyncDisposable
{
    public const string Account = "hve1@contoso.com";
    private const string Password = "secret";

    /// <summary>Built like these tests: Debug or Release, for the same framework.</summary>
    public static readonly string Program = RepositoryFiles.PathOf(Path.Combine(
        "src/HveRelay/bin", Path.GetRelativePath(RepositoryFiles.PathOf("tests/HveRelay.Tests/bin"), AppContext.BaseDirectory), "hverelay"));

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ChildProcess> _daemons = [];
    private readonly int _hvePort = FreePort.Next();

    private ProgramStory()
    {
    }

    public int SmtpPort { get; } = FreePort.Next();

    public int WebPort { get; } = FreePort.Next();

    public HveSimulator? Hve { get; private set; }

    public string Directory => _directory.Path;

    public string DataDirectory => Path.Combine(Directory, "data");

    public string ConfigurationPath => Path.Combine(Directory, "hverelay.json");

    /// <summary>A story in which HVE works.</summary>
    public static async Task<ProgramStory> BeginAsync(Action<JsonNode>? change = null)
    {
        var story = BeginWithoutHve(change);
        await story.StartHveAsync();
        return story;
    }

    /// <summary>A story in which nobody listens where HVE should.</summary>
    public static ProgramStory BeginWithoutHve(Action<JsonNode>? change = null)
    {
        var story = new ProgramStory();
        using var nobody = new SelfMadeAuthority("nobody");
        story.Write("hve.pem", nobody.Certificate.ExportCertificatePem());
        story.Configure(change);
        return story;
    }

    /// <summary>Writes the configuration anew.</summary>
    public void Configure(Action<JsonNode>? change)
    {
        var configuration = JsonNode.Parse($$"""
            {
              "HostName": "relay.contoso.com",
              "DataDirectory": "data",
              "Listeners": [ { "Name": "devices", "Address": "127.0.0.1", "Port": {{SmtpPort}}, "MaxConnectionsPerClient": 200 } ],
              "Clients": [ { "Name": "scanners", "Networks": [ "127.0.0.0/8" ] } ],
              "Hve": {
                "Host": "localhost", "Port": {{_hvePort}}, "TrustedCertificate": "hve.pem", "AcceptedDomains": [ "contoso.com" ],
                "Accounts": [ { "Address": "{{Account}}", "Password": "{{Password}}" } ]
              },
              "Queue": { "MinimumFreeBytes": 67108864, "RetrySchedule": [ "00:00:01" ] },
              "Postmaster": "it@contoso.com",
              "Web": { "Port": {{WebPort}} }
            }
            """)!;
        change?.Invoke(configuration);
        File.WriteAllText(ConfigurationPath, configuration.ToJsonString());
    }

    /// <summary>Configures one more node as the first is, with a data directory and ports of its own.</summary>
    public (string Path, int SmtpPort) ConfigureAnother()
    {
        var (smtp, web) = (FreePort.Next(), FreePort.Next());
        var configuration = JsonNode.Parse(File.ReadAllText(ConfigurationPath))!;
        configuration[nameof(DataDirectory)] = $"data{smtp}";
        configuration["Listeners"]![0]!["Port"] = smtp;
        configuration["Web"]!["Port"] = web;
        return (Write($"hverelay{smtp}.json", configuration.ToJsonString()), smtp);
    }

    /// <summary>Lets HVE be there, with a certificate that the relay trusts from its next start on.</summary>
    public async Task StartHveAsync(Func<SimulatorOptions, SimulatorOptions>? change = null)
    {
        var options = new SimulatorOptions { Port = _hvePort, Accounts = [new SimulatedAccount(Account, Password)] };
        Hve = await SamePort.BeginAsync(() => HveSimulator.StartAsync(change?.Invoke(options) ?? options, TimeProvider.System));
        Write("hve.pem", Hve.CertificatePem);
    }

    public string Write(string name, string content) => _directory.Write(name, content);

    /// <summary>Starts the daemon and waits until it is ready.</summary>
    public Task<ChildProcess> StartAsync(IReadOnlyDictionary<string, string>? environment = null) => StartAsync(ConfigurationPath, environment);

    /// <summary>As above, with another configuration.</summary>
    public async Task<ChildProcess> StartAsync(string configuration, IReadOnlyDictionary<string, string>? environment = null)
    {
        var daemon = Launch(environment, configuration);
        await daemon.SaysAsync(line => line.Contains(" INF ready ", StringComparison.Ordinal));
        return daemon;
    }

    /// <summary>Starts the daemon and does not wait for it.</summary>
    public ChildProcess Launch(IReadOnlyDictionary<string, string>? environment = null, string? configuration = null)
    {
        var daemon = ChildProcess.Start(Program, ["run", "--config", configuration ?? ConfigurationPath], Directory, environment);
        _daemons.Add(daemon);
        return daemon;
    }

    /// <summary>Runs a verb to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => RunWithInputAsync(string.Empty, arguments);

    /// <summary>As above, with another configuration.</summary>
    public Task<Ended> RunWithAsync(string configuration, params string[] arguments) =>
        ChildProcess.RunAsync(Program, [.. arguments, "--config", configuration], Directory);

    public Task<Ended> RunWithInputAsync(string input, params string[] arguments) =>
        ChildProcess.RunAsync(Program, [.. arguments, "--config", ConfigurationPath], Directory, input: input);

    /// <summary>As above; root, who may write everywhere, is held to the rights of the files as anybody is.</summary>
    public Task<Ended> RunWithoutRightsOfRootAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? ChildProcess.RunAsync(
            "setpriv", ["--bounding-set=-dac_override,-dac_read_search", Program, .. arguments, "--config", ConfigurationPath], Directory)
        : RunAsync(arguments);

    /// <summary>Sends one message as a device would; the reply to the first refused command, or to the final dot.</summary>
    public async Task<string> SendAsync(IEnumerable<string> to, string content = "Subject: scan\r\n\r\nhello\r\n")
    {
        await using var device = await RawSmtp.GreetAsync(SmtpPort);
        return await device.SendMessageAsync("scanner-3@contoso.com", to, content);
    }

    /// <summary>As above; the id of the message, which must have been accepted.</summary>
    public async Task<string> QueueAsync(string to)
    {
        var reply = await SendAsync([to]);
        Assert.StartsWith("250 2.0.0 OK queued as ", reply, StringComparison.Ordinal);
        return reply[^13..];
    }

    /// <summary>The lines of the mail log on disk, of all days and all runs; <paramref name="kind"/> is log or jsonl.</summary>
    public IReadOnlyList<string> LogFile(string kind = "log") =>
    [
        .. from file in System.IO.Directory.GetFiles(Path.Combine(DataDirectory, "logs"), "hverelay-*." + kind).Order()
           from line in ReadShared(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)
           select line,
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
        {
            await daemon.DisposeAsync();
            TestContext.Current.TestOutputHelper?.WriteLine(daemon.LastWords);
        }

        if (Hve is not null)
        {
            await Hve.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
