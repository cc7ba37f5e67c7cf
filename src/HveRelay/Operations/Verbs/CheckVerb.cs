using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Queue;
using HveRelay.Stores;

namespace HveRelay.Operations.Verbs;

/// <summary><c>check</c>: everything that is wrong with the configuration, at once.</summary>
internal static class CheckVerb
{
    private const int MostClients = 10_000;

    public static Command Create()
    {
        var command = new Command("check", "Validates the configuration: every error with its key and a sentence") { ExplainedPolicy.Option, Verb.Json };
        var explain = Verb.WithConfiguration((parsed, loaded, _) => ExplainedPolicy.RunAsync(parsed, loaded));
        command.SetAction(Verb.Guarded(async (parsed, cancel) =>
        {
            if (parsed.GetValue(ExplainedPolicy.Option) is { Length: > 0 })
            {
                return await explain(parsed, cancel);
            }

            var output = parsed.InvocationConfiguration.Output;
            var path = ConfigurationFile.Find(parsed.GetValue(Verb.Config));
            var report = ConfigurationCheckRun.Run(path);
            if (report.Errors.Count == 0)
            {
                report = report.Then(new CheckReport([], await RefusedClientsAsync(path, cancel)));
            }

            if (parsed.GetValue(Verb.Json))
            {
                await output.WriteLineAsync(JsonText.Of(new { file = path, errors = report.Errors, warnings = report.Warnings }));
            }
            else
            {
                foreach (var warning in report.Warnings)
                {
                    await output.WriteLineAsync($"warning: {warning}");
                }

                foreach (var error in report.Errors)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync(error.ToString());
                }

                await output.WriteLineAsync(report.Errors.Count == 0
                    ? $"{path} is good, {Count(report.Warnings.Count, "warning")}"
                    : $"{path ?? "no file"}: {Count(report.Errors.Count, "error")}, {Count(report.Warnings.Count, "warning")}");
            }

            return report.Errors.Count == 0 ? ExitStatus.Done : ExitStatus.Wrong;
        }));
        return command;
    }

    /// <summary>Of those seen so far; nobody where there is no queue yet, and a sentence where it cannot be read.</summary>
    private static async Task<IReadOnlyList<ConfigurationWarning>> RefusedClientsAsync(string? path, CancellationToken cancel)
    {
        if (ConfigurationReader.Read(path, EnvironmentKeys.OfThisProcess()) is not ConfigurationReading.Loaded { Options: var options }
            || (options.Queue.Store == QueueStoreKind.Sqlite && !QueueToRead.IsThere(options)))
        {
            return [];
        }

        try
        {
            await using var queue = await QueueToRead.OpenAsync(options);
            var seen = await queue.ClientsAsync(new ClientFilter(Limit: MostClients), cancel);
            return SeenClientsCheck.Of(options, seen, TimeProvider.System.GetUtcNow());
        }
        catch (Exception unreadable) when (unreadable is StoreOpenException or StoreException)
        {
            return [new ConfigurationWarning("Clients", $"the clients seen so far cannot be looked at: {unreadable.Message.ReplaceLineEndings(" ")}")];
        }
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
