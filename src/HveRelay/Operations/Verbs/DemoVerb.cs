using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Simulator;

namespace HveRelay.Operations.Verbs;

/// <summary><c>demo</c>: the daemon on loopback with throw-away data, relaying to the simulator.</summary>
internal static class DemoVerb
{
    private const string Name = "hverelay";

    public static Command Create()
    {
        var smtp = new Option<int>("--smtp-port") { Description = "Where devices connect", DefaultValueFactory = _ => 2525 };
        var web = new Option<int>("--web-port") { Description = "Health and metrics", DefaultValueFactory = _ => 8025 };
        var hve = new Option<int>("--hve-port") { Description = "The simulator", DefaultValueFactory = _ => 2587 };
        var faults = SimulateVerb.FaultOption();
        var record = SimulateVerb.RecordOption();
        var command = new Command("demo", "The daemon on loopback with throw-away data and a simulated HVE: nothing leaves this machine")
        {
            smtp, web, hve, faults, record,
        };
        command.SetAction(Verb.Guarded(async (parsed, cancel) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var data = Directory.CreateTempSubdirectory("hverelay-demo-").FullName;
            try
            {
                await using var simulator = await SimulateVerb.StartAsync(
                    new SimulatorOptions
                    {
                        Port = parsed.GetValue(hve),
                        Accounts = [new SimulatedAccount(DemoConfiguration.Account, DemoConfiguration.Password)],
                        KeepContent = parsed.GetValue(record) is not null,
                        RecordLimit = 0,
                    },
                    parsed.GetValue(faults) ?? [], parsed.GetValue(record), output);
                var (path, loaded) = DemoConfiguration.Write(
                    data, simulator.CertificatePem, parsed.GetValue(smtp), parsed.GetValue(web), simulator.Port);
                return await RunVerb.RunAsync(
                    loaded, path, new Dictionary<string, string>(), () => output.WriteLineAsync(WhatToTry(loaded.Options, path)), cancel);
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }));
        return command;
    }

    /// <summary>By its name where the shell finds it, which it does not when it comes from <c>dotnet run</c>.</summary>
    private static string Program =>
        Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) == Name && !IsOnPath ? program : Name;

    private static bool IsOnPath => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Any(directory => directory.Length > 0 && File.Exists(Path.Combine(directory, Path.GetFileName(Environment.ProcessPath!))));

    private static string WhatToTry(RelayOptions options, string path) => $"""

        HveRelay demo: nothing leaves this machine. Data in {options.DataDirectory}, gone when you press Ctrl-C.
          send      swaks --server 127.0.0.1:{options.Listeners[0].Port} --from scanner-3@contoso.com --to you@contoso.com
          refused   swaks --server 127.0.0.1:{options.Listeners[0].Port} --from scanner-3@contoso.com --to you@example.com
          queue     {Program} queue list --all --config {path}
          why       {Program} why you@contoso.com --config {path}
          health    curl http://127.0.0.1:{options.Web.Port}/healthz/relay
          metrics   curl http://127.0.0.1:{options.Web.Port}/metrics

        """;
}
