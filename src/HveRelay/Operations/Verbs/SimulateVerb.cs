using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using HveRelay.Simulator;

namespace HveRelay.Operations.Verbs;

/// <summary><c>simulate</c>: the HVE simulator alone.</summary>
internal static class SimulateVerb
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port on loopback", DefaultValueFactory = _ => 2587 };
        var accounts = new Option<SimulatedAccount[]>("--account")
        {
            Description = "ADDRESS:PASSWORD, several times; without it hve1@contoso.com:demo",
            CustomParser = Accounts,
        };
        var tokens = new Option<string[]>("--token") { Description = "ADDRESS:TOKEN, several times: a bearer token that the account may log in with" };
        tokens.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.IndexOf(':', StringComparison.Ordinal) < 1))
            {
                result.AddError("--token: what was given is not ADDRESS:TOKEN");
            }
        });
        var faults = FaultOption();
        var record = RecordOption();
        var certificate = new Option<string?>("--certificate") { Description = "Write the simulator's certificate there, for Hve.TrustedCertificate" };
        var smarthost = new Option<bool>("--smarthost") { Description = "An ordinary mail server instead: any sender, any recipient, no login" };
        var directory = new Option<string?>("--directory") { Description = "Keep the certificate there over starts: simulator.pem is for Hve.TrustedCertificate" };
        var control = new Option<int?>("--control") { Description = "Port on loopback for HTTP: faults, counters, messages; GET / says what there is" };
        var perDay = new Option<int>("--recipients-per-day") { Description = "Recipients taken in any 24 hours; 0 is no limit", DefaultValueFactory = _ => 100_000 };
        var connections = new Option<int>("--max-connections") { Description = "Connections that may submit at a time; 0 is no limit" };
        var size = new Option<long>("--max-message-bytes") { Description = "The largest message; 0 is no limit", DefaultValueFactory = _ => new SimulatorOptions().MaxMessageBytes };
        var command = new Command("simulate", "A stand-in for High Volume Email, on loopback")
        {
            port, accounts, tokens, faults, record, certificate, directory, control, perDay, connections, size, smarthost,
        };
        command.SetAction(Verb.Guarded(async (parsed, cancel) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var known = parsed.GetValue(accounts) is { Length: > 0 } given ? given : [new SimulatedAccount("hve1@contoso.com", "demo")];
            await using var simulator = await StartAsync(
                new SimulatorOptions
                {
                    Port = parsed.GetValue(port),
                    Accounts = known,
                    KeepContent = parsed.GetValue(record) is not null,
                    RecordLimit = parsed.GetValue(control) is null ? 0 : SimulatorControl.Remembered,
                    CertificateDirectory = parsed.GetValue(directory),
                    RecipientsPerDay = parsed.GetValue(perDay),
                    MaxConnections = parsed.GetValue(connections),
                    MaxMessageBytes = parsed.GetValue(size),
                    HostName = parsed.GetValue(smarthost) ? "smarthost.example" : new SimulatorOptions().HostName,
                    IsSmarthost = parsed.GetValue(smarthost),
                    RequireAuthentication = !parsed.GetValue(smarthost),
                },
                parsed.GetValue(faults) ?? [], parsed.GetValue(record), output);
            foreach (var pair in parsed.GetValue(tokens) ?? [])
            {
                var colon = pair.IndexOf(':', StringComparison.Ordinal);
                simulator.Accept(pair[..colon], new BearerToken(pair[(colon + 1)..]));
            }

            if (parsed.GetValue(certificate) is { } file)
            {
                Written("--certificate", () => File.WriteAllText(file, simulator.CertificatePem));
            }

            await using var api = parsed.GetValue(control) is { } at ? await SimulatorControl.StartAsync(simulator, at, cancel) : null;
            await output.WriteLineAsync(parsed.GetValue(smarthost)
                ? $"simulating a smarthost on {simulator.EndPoint}"
                : $"simulating HVE on {simulator.EndPoint} for {string.Join(", ", known.Select(account => account.Address))}");
            var signals = new Signals(cancel);
            await signals.First;
            return ExitStatus.Done;
        }));
        return command;
    }

    public static Option<Fault[]> FaultOption() => new("--fault")
    {
        Description = FaultHelp.Text,
        CustomParser = Faults,
    };

    public static Option<string?> RecordOption() => new("--record") { Description = "Write each message that HVE would have delivered into this directory, as .eml" };

    /// <summary>Starts a simulator that tells <paramref name="output"/> what happens.</summary>
    /// <exception cref="RelayStartException">The port is taken.</exception>
    /// <exception cref="WrongUsageException">A directory that was named cannot be used.</exception>
    public static async Task<HveSimulator> StartAsync(SimulatorOptions options, IReadOnlyList<Fault> faults, string? record, TextWriter output)
    {
        if (record is not null)
        {
            Written("--record", () => Probe(record));
        }

        if (options.CertificateDirectory is { } directory)
        {
            Written("--directory", () => Probe(directory));
        }

        try
        {
            var simulator = await HveSimulator.StartAsync(
                options with
                {
                    Report = line => output.WriteLine($"hve: {line}"),
                    Received = record is null ? null : message => File.WriteAllBytes(Path.Combine(record, message.Id + ".eml"), message.Content.ToArray()),
                },
                TimeProvider.System);
            foreach (var fault in faults)
            {
                simulator.Faults.Add(fault);
            }

            return simulator;
        }
        catch (SocketException taken)
        {
            throw new RelayStartException("simulator", $"cannot listen on {new IPEndPoint(options.Address, options.Port)}: {taken.Message}", taken);
        }
    }

    /// <summary>A file is made there and is gone again: that the directory is there says nothing of rights.</summary>
    private static void Probe(string directory)
    {
        Directory.CreateDirectory(directory);
        using var probe = new FileStream(
            Path.Combine(directory, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
    }

    private static void Written(string option, Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new WrongUsageException(option, fault.Message, fault);
        }
    }

    private static SimulatedAccount[]? Accounts(ArgumentResult result)
    {
        var accounts = new List<SimulatedAccount>();
        foreach (var token in result.Tokens)
        {
            var colon = token.Value.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !token.Value[..colon].Contains('@', StringComparison.Ordinal))
            {
                result.AddError($"--account: '{token.Value}' is not ADDRESS:PASSWORD");
                return null;
            }

            accounts.Add(new SimulatedAccount(token.Value[..colon], token.Value[(colon + 1)..]));
        }

        return [.. accounts];
    }

    private static Fault[]? Faults(ArgumentResult result)
    {
        var faults = new List<Fault>();
        foreach (var token in result.Tokens)
        {
            if (!Fault.TryParse(token.Value, out var fault, out var error))
            {
                result.AddError($"--fault: {error}");
                return null;
            }

            faults.Add(fault);
        }

        return [.. faults];
    }
}
