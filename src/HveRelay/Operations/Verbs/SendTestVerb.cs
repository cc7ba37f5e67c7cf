using System.CommandLine;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary><c>send-test</c>: one message through the whole way, followed to its end.</summary>
internal static class SendTestVerb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "Who gets it", Required = true };
        var from = new Option<string?>("--from") { Description = "The sender; without it the first account" };
        var wait = AgeText.Option("--wait", "How long to follow it");
        wait.DefaultValueFactory = _ => TimeSpan.FromMinutes(1);
        var session = new SessionSelection();
        var command = new Command("send-test", "Puts one message through the running relay and follows it to its end") { to, from, wait };
        session.AddTo(command);
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (session.Wrong(parsed, loaded.Options) is { } wrong)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(wrong);
                return ExitStatus.Wrong;
            }

            var sender = parsed.GetValue(from) ?? loaded.Options.Hve.Accounts.FirstOrDefault()?.Address ?? string.Empty;
            if ((sender + parsed.GetValue(to)).Any(char.IsControl))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("--from, --to: an address with a control character");
                return ExitStatus.Wrong;
            }

            var submission = await session.Of(parsed, loaded.Options).SendAsync(sender, parsed.GetValue(to)!, cancel);
            await output.WriteLineAsync(submission.Words);
            if (submission.Id is not { } id)
            {
                return ExitStatus.No;
            }

            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            return await FollowAsync(queue, id, parsed.GetValue(wait), output, Verb.Typed(parsed, $"why {id}"), cancel);
        }));
        return command;
    }

    private static async Task<int> FollowAsync(IQueueReader queue, MessageId id, TimeSpan patience, TextWriter output, string why, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        var until = clock.GetUtcNow() + patience;
        var shown = string.Empty;
        while (true)
        {
            var recipient = (await queue.FindAsync(id, cancel))?.Recipients[0];
            var words = recipient is null ? "not in the queue" : $"{recipient.State.ToString().ToLowerInvariant()}: {recipient.LastReply ?? "no attempt yet"}";
            if (words != shown)
            {
                await output.WriteLineAsync(shown = words);
            }

            if (recipient?.State is not (RecipientState.Queued or null))
            {
                return recipient.State == RecipientState.Relayed ? ExitStatus.Done : ExitStatus.No;
            }

            if (clock.GetUtcNow() > until)
            {
                await output.WriteLineAsync($"still in the queue; see: {why}");
                return ExitStatus.No;
            }

            await Task.Delay(Look, clock, cancel);
        }
    }
}
