using System.CommandLine;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Doctor;

namespace HveRelay.Operations.Verbs;

/// <summary><c>doctor</c>: follows the way to HVE and names the first thing that is wrong, and who mends it.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var command = new Command("doctor", "Follows the way to High Volume Email, names the first thing that is wrong and who mends it; sends nothing") { Verb.Json, Verb.Language };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            await using var examination = Of(loaded);
            var diagnosis = await DoctorRound.RunAsync(examination, cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(
                parsed.GetValue(Verb.Json) ? JsonText.Of(DoctorText.Json(diagnosis)) + Environment.NewLine : DoctorText.Of(diagnosis, Verb.LanguageOf(parsed, loaded.Options.Language)));
            return diagnosis.First is null ? ExitStatus.Done : ExitStatus.No;
        }));
        return command;
    }

    private static Examination Of(ConfigurationReading.Loaded loaded) => new(loaded.Options, TimeProvider.System)
    {
        Warnings = loaded.Warnings,
        OpenQueue = () => QueueToRead.OpenAsync(loaded.Options),
        Accounts = async cancel => await AccountsDoor.AskAsync(loaded.Options.DataDirectory, cancel) ?? await AccountsDoor.ReadAsync(loaded, cancel),
    };
}
