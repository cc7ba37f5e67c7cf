using System.CommandLine;
using HveRelay.Operations.Configuration;

namespace HveRelay.Operations.Verbs;

/// <summary><c>check</c>: everything that is wrong with the configuration, at once.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var command = new Command("check", "Validates the configuration: every error with its key and a sentence") { Verb.Json };
        command.SetAction(Verb.Guarded(async (parsed, _) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var path = ConfigurationFile.Find(parsed.GetValue(Verb.Config));
            var report = ConfigurationCheckRun.Run(path);
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

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
