using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Log;
using HveRelay.Stores;

namespace HveRelay.Operations.Verbs;

/// <summary><c>run</c>: the daemon.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var command = new Command("run", "The daemon: accepts mail, queues it, relays it to High Volume Email");
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var files = FileChecks.Check(loaded.Options, TimeProvider.System);
            foreach (var error in files.Errors)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(error.ToString());
            }

            return files.Errors.Count > 0
                ? ExitStatus.Wrong
                : await RunAsync(loaded.Options, loaded.Serilog, [.. loaded.Warnings, .. files.Warnings], () => Task.CompletedTask, cancel);
        }));
        return command;
    }

    /// <summary>Runs a relay until a signal comes.</summary>
    /// <param name="started">Called once it is ready.</param>
    public static async Task<int> RunAsync(
        RelayOptions options, IConfigurationSection? serilog, IReadOnlyList<ConfigurationWarning> warnings, Func<Task> started, CancellationToken cancel)
    {
        await using var logger = RelayLogger.Create(options.DataDirectory, serilog);
        var surroundings = RelaySurroundings.OfMachine(logger);
        var log = new MailLog(surroundings.Clock, surroundings.WriteMail);
        foreach (var warning in warnings)
        {
            log.Config(EventLevel.Warning, warning.Key, warning.Sentence);
        }

        var signals = new Signals(cancel);
        await using var relay = await StartAsync(options, surroundings, log, cancel);
        SystemdNotify.Ready();
        await started();
        if (await Task.WhenAny(signals.First, relay.Broken) == relay.Broken)
        {
            await relay.Broken;
        }

        SystemdNotify.Stopping();
        await relay.StopAsync(await signals.First, signals.Hurry);
        return ExitStatus.Done;
    }

    /// <summary>Why it does not start stands in the log too: who looks there in the morning has not seen standard error.</summary>
    private static async Task<RelayHost> StartAsync(RelayOptions options, RelaySurroundings surroundings, MailLog log, CancellationToken cancel)
    {
        try
        {
            return await RelayHost.StartAsync(options, surroundings, cancel);
        }
        catch (RelayStartException fatal) when (fatal.InnerException is not StoreOpenException { IsInUse: true })
        {
            log.Alarm("start", fatal.Message, "Administrator: docs/operating.md, it does not start");
            throw;
        }
    }
}
