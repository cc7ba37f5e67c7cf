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
                : await RunAsync(
                    loaded with { Warnings = [.. loaded.Warnings, .. files.Warnings] }, ConfigurationFile.Find(parsed.GetValue(Verb.Config))!,
                    EnvironmentKeys.OfThisProcess(), () => Task.CompletedTask, cancel);
        }));
        return command;
    }

    /// <summary>Runs a relay until a signal comes, and has it follow the configuration meanwhile.</summary>
    /// <param name="path">Where it was read from.</param>
    /// <param name="started">Called once it is ready.</param>
    public static async Task<int> RunAsync(
        ConfigurationReading.Loaded loaded, string path, IReadOnlyDictionary<string, string> environment, Func<Task> started, CancellationToken cancel)
    {
        var options = loaded.Options;
        await using var written = RelayLogger.Create(options.DataDirectory, loaded.Serilog);
        var surroundings = RelaySurroundings.OfMachine(written);
        var log = surroundings.Log;
        foreach (var warning in loaded.Warnings)
        {
            log.Config(EventLevel.Warning, warning.Key, warning.Sentence);
        }

        var signals = new Signals(cancel, isDaemon: true);
        await using var relay = await StartAsync(options, surroundings, log, cancel);
        var reload = new ConfigurationReload(
            Path.GetFullPath(path), environment, loaded, (fresh, changes) => relay.FollowAsync(fresh, changes, CancellationToken.None), log, surroundings.Clock);
        var watch = new ConfigurationWatch(() => reload.Files, reload.RunAsync, surroundings.Clock);
        using var stop = new CancellationTokenSource();
        var watching = watch.RunAsync(stop.Token);
        signals.OnHangUp(watch.Ask);
        SystemdNotify.Ready();
        await started();
        var isBroken = await Task.WhenAny(signals.First, relay.Broken) == relay.Broken;
        SystemdNotify.Stopping();
        await stop.CancelAsync();
        await watching;
        await relay.StopAsync(isBroken ? "delivery broke" : await signals.First, signals.Hurry);
        return isBroken ? ExitStatus.Broke : ExitStatus.Done;
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
