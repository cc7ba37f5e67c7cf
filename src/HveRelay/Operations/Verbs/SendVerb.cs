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
        var to = new Option<string[]>("--to") { Description = "Who gets it; without it X-Receiver, or To, Cc and Bcc of the message", AllowMultipleArgumentsPerToken = true };
        var user = new Option<string?>("--user") { Description = "Log in as this one of Users" };
        var password = new Option<FileInfo?>("--password-file") { Description = "A file with that user's password" };
        var name = new Option<string?>("--listener") { Description = "The listener to connect to; without it one that fits" };
        var command = new Command("send", "Hands a message in a file to the relay, running or not") { message, from, to, user, password, name };
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
            var recipients = parsed.GetValue(to) is { Length: > 0 } named ? named : mail?.Envelope.Recipients.Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            if (mail is null || sender is null || recipients is not { Length: > 0 })
            {
                await errors.WriteLineAsync($"{path}: {(mail is null ? "the header is larger than 256 KiB" : sender is null ? "names no sender; give --from" : "names no recipient; give --to")}");
                return ExitStatus.Wrong;
            }

            if (parsed.GetValue(name) is { } wanted && loaded.Options.Listeners.TrueForAll(each => each.Name != wanted))
            {
                await errors.WriteLineAsync($"--listener: there is no {wanted}; there are {string.Join(", ", loaded.Options.Listeners.Select(each => each.Name))}");
                return ExitStatus.Wrong;
            }

            var relay = new TestSubmission(loaded.Options, TimeProvider.System)
            {
                Login = parsed.GetValue(user) is { } login ? (login, SendTestVerb.PasswordOf(parsed.GetValue(password))) : null,
                Listener = parsed.GetValue(name),
            };
            var end = await Submission.SendAsync(loaded.Options, relay, mail, sender.Trim('<', '>'), recipients, cancel);
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
