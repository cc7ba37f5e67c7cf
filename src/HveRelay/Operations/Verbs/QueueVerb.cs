using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;

namespace HveRelay.Operations.Verbs;

/// <summary><c>queue</c>: what waits, and what became of it, whether the daemon runs or not; and the way out of a damaged file.</summary>
internal static class QueueVerb
{
    public static Command Create() => new("queue", "Looks at the queue") { List(), Show(), SetAside() };

    private static Command List()
    {
        var state = new Option<RecipientState?>("--state") { Description = "queued, held, relayed, failed or removed" };
        var client = new Option<string?>("--client") { Description = "Part of the client's name" };
        var sender = new Option<string?>("--sender") { Description = "Part of the sender's address" };
        var recipient = new Option<string?>("--recipient") { Description = "Part of a recipient's address" };
        var older = new Option<TimeSpan?>("--older-than") { Description = "Received so long ago or longer: [d.]hh:mm:ss" };
        var all = new Option<bool>("--all") { Description = "Those that have ended too" };
        var limit = new Option<int>("--limit") { Description = "At most so many", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "Messages, oldest first") { state, client, sender, recipient, older, all, limit, Verb.Json };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var now = TimeProvider.System.GetUtcNow();
            var entries = await queue.ListAsync(
                new QueueFilter(
                    parsed.GetValue(state), parsed.GetValue(client), parsed.GetValue(sender), parsed.GetValue(recipient),
                    now - parsed.GetValue(older), Limit: parsed.GetValue(limit), Ended: parsed.GetValue(all) || parsed.GetValue(state) > RecipientState.Held),
                cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(entries.Select(QueueJson.Of)) + Environment.NewLine
                : QueueText.Of(entries, now, await IsQuotaUsedUpAsync(queue, loaded.Options, now, cancel)));
            if (entries.Count == parsed.GetValue(limit))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"the first {entries.Count}; more with --limit");
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    /// <summary>Then what is due waits for the day to roll on, and not for a connection.</summary>
    private static async Task<bool> IsQuotaUsedUpAsync(IQueueReader queue, RelayOptions options, DateTimeOffset now, CancellationToken cancel) =>
        options.Hve.RecipientsPerDay > 0
        && await queue.UsedAsync(QuotaRule.Tenant, now - QuotaRule.Day, cancel) >= options.Hve.RecipientsPerDay;

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "The queue id, as in the reply and in the log" };
        var command = new Command("show", "One message: its envelope, its recipients, every attempt") { id, Verb.Json };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var text = parsed.GetValue(id)!;
            if (!MessageId.TryParse(text, out var message))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: not a queue id, which has 13 letters and digits");
                return ExitStatus.Wrong;
            }

            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            if (await queue.FindAsync(message, cancel) is not { } record)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: no such message in the queue or its history");
                return ExitStatus.No;
            }

            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(QueueJson.Of(record)) + Environment.NewLine
                : QueueText.Of(record, TimeProvider.System.GetUtcNow()));
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command SetAside()
    {
        var command = new Command("set-aside", "Renames a damaged queue with the date, so that the next start makes an empty one; deletes nothing");
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, _) =>
        {
            if (loaded.Options.Queue.Store == QueueStoreKind.Postgres)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("Queue.Store: a queue in PostgreSQL is set aside there: rename its database, and create an empty one");
                return ExitStatus.Wrong;
            }

            var names = SqliteQueueStore.SetAside(loaded.Options.DataDirectory, TimeProvider.System.GetUtcNow());
            foreach (var name in names)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"set aside: {name}");
            }

            if (names.Count == 0)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"there is no queue in {loaded.Options.DataDirectory}");
            }

            return names.Count == 0 ? ExitStatus.No : ExitStatus.Done;
        }));
        return command;
    }
}
