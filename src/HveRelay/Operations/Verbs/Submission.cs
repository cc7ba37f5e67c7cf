using HveRelay.Configuration;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;
using HveRelay.Stores;

namespace HveRelay.Operations.Verbs;

/// <summary>What became of a message that a person or a script handed in.</summary>
/// <param name="Refused">The recipients that were not taken, each with why; of no recipient where the session was refused.</param>
/// <param name="IsForNow">It may be tried again.</param>
internal sealed record SubmissionEnd(string? Where, IReadOnlyList<string> Refused, bool IsForNow);

/// <summary>
/// Hands in a message: to the running relay as any client does, so that the reply is the queue's promise; where none runs, into
/// <c>Pickup.Directory</c>, from where the next one takes it.
/// </summary>
internal static class Submission
{
    /// <exception cref="RelayStartException">No relay runs, and there is no pickup directory either.</exception>
    public static async Task<SubmissionEnd> SendAsync(
        RelayOptions options, TestSubmission relay, MailFile mail, string sender, IReadOnlyList<string> recipients, CancellationToken cancel)
    {
        // In a command or a field it would begin another one.
        if (recipients.Prepend(sender).Where(address => address.Any(char.IsControl)).ToList() is { Count: > 0 } broken)
        {
            return new SubmissionEnd(null, [.. broken.Select(address => $"{PlainText.OneLine(address)}: an address with a control character")], IsForNow: false);
        }

        try
        {
            var (results, words, isForNow) = await relay.SubmitAsync(
                new MailTransaction(sender, recipients, mail.Size, mail.EightBit, mail.Envelope.Header, token => mail.BodyAsync(token)), cancel);
            return results is null ? new SubmissionEnd(null, [words!], isForNow) : EndOf(results, sender, recipients);
        }
        catch (RelayStartException) when (options.Pickup.Directory.Length > 0)
        {
            return await DropAsync(options.Pickup.Directory, mail, sender, recipients, cancel);
        }
    }

    /// <summary>One word may be a list, with names, as in a header.</summary>
    public static IEnumerable<string> Addresses(string word) => word.IndexOfAny([',', '<']) < 0
        ? [word]
        : MailFile.AddressesIn(word);

    private static SubmissionEnd EndOf(IReadOnlyList<RecipientResult> results, string sender, IReadOnlyList<string> recipients)
    {
        if (results[0] is RecipientResult.NotSent { Failure: { Stage: Stage.Mail } refusal })
        {
            // That is for all of them, and no recipient's fault.
            return new SubmissionEnd(null, [$"{sender}: {refusal}{TestSubmission.Hint(refusal)}"], refusal.Reply is not { Code: >= 500 });
        }

        var refused = recipients.Zip(results).Where(pair => pair.Second is not RecipientResult.Accepted).ToList();
        var id = results.OfType<RecipientResult.Accepted>().Select(accepted => TestSubmission.IdIn(accepted.Reply.Text)).FirstOrDefault();
        return new SubmissionEnd(
            id is null ? null : $"queued as {id}",
            [.. refused.Select(pair => $"{pair.First}: {(pair.Second is RecipientResult.NotSent { Failure: var failure } ? failure.ToString() : pair.Second.ToString())}")],
            refused.Exists(pair => pair.Second is not RecipientResult.NotSent { Failure.Reply.Code: >= 500 }));
    }

    /// <summary>Written under a name that no pickup takes, to the disk, and then renamed.</summary>
    private static async Task<SubmissionEnd> DropAsync(
        string directory, MailFile mail, string sender, IReadOnlyList<string> recipients, CancellationToken cancel)
    {
        var name = Path.Combine(directory, Path.GetFileNameWithoutExtension(Path.GetRandomFileName()));
        try
        {
            Directory.CreateDirectory(directory);
            await using (var file = new FileStream(name + ".part", FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                var fields = string.Concat(recipients.Select(recipient => $"X-Receiver: <{recipient}>\r\n").Prepend($"X-Sender: <{sender}>\r\n"));
                await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(fields), cancel);
                await foreach (var piece in mail.ReadAsync(cancel))
                {
                    await file.WriteAsync(piece, cancel);
                }

                StableStorage.Sync(file);
            }

            File.Move(name + ".part", name + ".eml");
            return new SubmissionEnd($"no relay runs; it waits in {directory}", [], IsForNow: false);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new RelayStartException("Pickup.Directory", $"no relay runs, and {directory} cannot be written: {failed.Message}", failed);
        }
    }
}
