using System.CommandLine;
using HveRelay.Files;
using HveRelay.Smtp.Server;

namespace HveRelay.Operations.Verbs;

/// <summary><c>send</c>: hands a message in a file to the relay.</summary>
internal static class SendVerb
{
    public static Command Create()
    {
        var message = new Argument<FileInfo>("file") { Description = "The message, as .eml" };
        var from = new Option<string?>("--from") { Description = "The sender; without it X-Sender, Sender or From of the message" };
        var to = new Option<string[]>("--to") { Description = "Who gets it, also as a list; without it X-Receiver, or To, Cc and Bcc of the message", AllowMultipleArgumentsPerToken = true };
        var session = new SessionSelection();
        var command = new Command("send", "Hands a message in a file to the relay, running or not") { message, from, to };
        session.AddTo(command);
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var errors = parsed.InvocationConfiguration.Error;
            var path = parsed.GetValue(message)!.FullName;
            if (Open(path, out var fault) is not { } open)
            {
                await errors.WriteLineAsync($"send: {fault}");
                return ExitStatus.Wrong;
            }

            await using var file = open;
            var mail = await MailFile.OpenAsync(file, cancel);
            var sender = parsed.GetValue(from) ?? mail?.Envelope.Sender;

            // What holds a control character stays whole, and is refused for it.
            var recipients = parsed.GetValue(to) is { Length: > 0 } named ? [.. named.SelectMany(word => word.Any(char.IsControl) ? [word] : Submission.Addresses(word))] : mail?.Envelope.Recipients.Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            if (mail is null || sender is null || recipients is not { Length: > 0 })
            {
                await errors.WriteLineAsync($"{path}: {(mail is null ? "the header is larger than 256 KiB" : sender is null ? "names no sender; give --from" : "names no recipient; give --to")}");
                return ExitStatus.Wrong;
            }

            if (session.Wrong(parsed, loaded.Options) is { } wrong)
            {
                await errors.WriteLineAsync(wrong);
                return ExitStatus.Wrong;
            }

            var end = await Submission.SendAsync(loaded.Options, session.Of(parsed, loaded.Options), mail, sender.Trim('<', '>'), recipients, cancel);
            foreach (var refused in end.Refused)
            {
                await errors.WriteLineAsync(refused);
            }

            if (end.Where is not null)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(end.Where);
            }

            return end.Refused.Count == 0 ? ExitStatus.Done : ExitStatus.No;
        }));
        return command;
    }

    private static FileStream? Open(string path, out string? fault)
    {
        try
        {
            fault = null;
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception failed) when (FileFault.Sentence(path, failed) is { } sentence)
        {
            fault = sentence;
            return null;
        }
    }
}
