using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Stores.Sqlite;

namespace HveRelay.Operations.Verbs;

/// <summary><c>backup</c>: copies the queue while the daemon runs, or when it does not.</summary>
internal static class BackupVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Where to write the copy; must not be there yet" };
        var command = new Command("backup", "Copies the queue into a file, whether the daemon runs or not") { file };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, _) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(file)!);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (loaded.Options.Queue.Store == QueueStoreKind.Postgres)
            {
                await error.WriteLineAsync("Queue.Store: the queue is in PostgreSQL; pg_dump copies it");
                return ExitStatus.Wrong;
            }

            var wrong = Directory.Exists(path) ? "is a directory; name the file to write"
                : File.Exists(path) ? "is there already, and nothing is overwritten"
                : Directory.Exists(Path.GetDirectoryName(path)) ? null : "there is no such directory to write it into";
            if (wrong is not null)
            {
                await error.WriteLineAsync($"{path}: {wrong}");
                return ExitStatus.Wrong;
            }

            try
            {
                await Task.Run(() => QueueBackup.Write(loaded.Options.DataDirectory, path), CancellationToken.None);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"{path}: {trouble.Message}");
                return ExitStatus.Broke;
            }

            await output.WriteLineAsync(path);
            return ExitStatus.Done;
        }));
        return command;
    }
}
