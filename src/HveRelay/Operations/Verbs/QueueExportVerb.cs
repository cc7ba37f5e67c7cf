using System.CommandLine;
using HveRelay.Files;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary><c>queue export</c>: a message as it was received, octet for octet, to look at it or to send it another way.</summary>
internal static class QueueExportVerb
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The queue id, as in the reply and in the log" };
        var file = new Option<string?>("--output") { Description = "A new file; without it standard output" };
        var command = new Command("export", "Writes one message as it was received, while it waits") { id, file };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var text = parsed.GetValue(id)!;
            if (!MessageId.TryParse(text, out var message))
            {
                await error.WriteLineAsync($"{text}: {QueueText.NoId}");
                return ExitStatus.Wrong;
            }

            if (parsed.GetValue(file) is { } output && File.Exists(output))
            {
                await error.WriteLineAsync($"--output: {output} is there already, and is not overwritten");
                return ExitStatus.Wrong;
            }

            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var record = await queue.FindAsync(message, cancel);
            if (record is null or { EndedAt: not null })
            {
                await error.WriteLineAsync($"{text}: {(record is null ? QueueText.NotFound : "has ended, and its content is gone")}");
                return ExitStatus.No;
            }

            try
            {
                await WriteAsync(queue, message, parsed.GetValue(file), cancel);
                return ExitStatus.Done;
            }
            catch (StoreException gone) when (gone.Fault == StoreFault.ContentLost)
            {
                await error.WriteLineAsync($"{text}: ended while it was read, and its content is gone");
                return ExitStatus.No;
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"--output: {unwritable.Message}");
                return ExitStatus.Broke;
            }
        }));
        return command;
    }

    private static async Task WriteAsync(IQueueReader queue, MessageId id, string? path, CancellationToken cancel)
    {
        if (path is null)
        {
            await using var output = Console.OpenStandardOutput();
            await CopyAsync(output);
            return;
        }

        var file = PrivateFile.Create(path);
        var isWhole = false;
        try
        {
            await CopyAsync(file);
            isWhole = true;
        }
        finally
        {
            await file.DisposeAsync();
            if (!isWhole)
            {
                File.Delete(path);
            }
        }

        async Task CopyAsync(Stream to)
        {
            await foreach (var chunk in queue.ReadContentAsync(id, 0, cancel))
            {
                await to.WriteAsync(chunk, cancel);
            }
        }
    }
}
