using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;

namespace HveRelay.Operations.Verbs;

/// <summary><c>queue</c>: what waits, and what became of it, whether the daemon runs or not; and the way out of a damaged file.</summary>
internal static class QueueVerb
{
    public static Command Create() => new("queue", "Looks at the queue and changes it")
    {
        List(),
        Show(),
        QueueChangeVerb.Create(ChangeKind.Hold, "Lets messages wait until they are released"),
        QueueChangeVerb.Create(ChangeKind.Release, "Lets held messages go, at once"),
        QueueChangeVerb.Create(ChangeKind.Retry, "Tries waiting messages at once; the retry schedule begins anew"),
        QueueChangeVerb.Create(ChangeKind.Remove, "Takes messages out for good; nobody is told, the log is"),
        QueueChangeVerb.Create(ChangeKind.Bounce, "Ends messages as failed, for the reason given"),
        QueueExportVerb.Create(),
        SetAside(),
    };

    private static Command List()
    {
        var filter = new QueueSelection();
        var all = new Option<bool>("--all") { Description = "Those that have ended too" };
        var limit = Verb.Limit(100);
        var command = new Command("list", "Messages, oldest first") { all, limit, Verb.Json };
        filter.AddTo(command);
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var now = TimeProvider.System.GetUtcNow();
            var matching = filter.Of(parsed, now);
            var found = await queue.ListAsync(
                matching with { Limit = parsed.GetValue(limit), Ended = parsed.GetValue(all) || matching.State > RecipientState.Held }, cancel);

            // What a relay was sending when it died is sent by nobody.
            var isSentByNobody = ControlClient.Knock(loaded.Options.DataDirectory) == ControlDoor.Nobody;
            var entries = isSentByNobody
                ? matching.Sending ? [] : found.Select(entry => entry with { IsSending = false }).ToList()
                : found;
            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(entries.Select(QueueJson.Of)) + Environment.NewLine
                : await TextAsync(queue, entries, loaded.Options, now, cancel));
            if (entries.Count == parsed.GetValue(limit))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"the first {entries.Count}; more with --limit");
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    /// <summary>What is due and does not go says what it waits for.</summary>
    private static async Task<string> TextAsync(
        IQueueReader queue, IReadOnlyList<QueueEntry> entries, RelayOptions options, DateTimeOffset now, CancellationToken cancel)
    {
        var waits = await Waits.ReadAsync(queue, options, now, cancel);
        var words = new Dictionary<MessageId, string>();
        foreach (var entry in waits.OfAll is null ? entries.Where(entry => entry.NextDue <= now) : [])
        {
            if (await queue.FindAsync(entry.Envelope.Id, cancel) is { } record)
            {
                words[entry.Envelope.Id] = waits.Of(record, now);
            }
        }

        return QueueText.Of(entries, now, entry => words.GetValueOrDefault(entry.Envelope.Id, waits.OfAll ?? Waits.ForNothing));
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "The queue id, as in the reply and in the log" };
        var command = new Command("show", "One message: its envelope, its recipients, every attempt") { id, Verb.Json, Verb.Language };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var text = parsed.GetValue(id)!;
            if (!MessageId.TryParse(text, out var message))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: {QueueText.NoId}");
                return ExitStatus.Wrong;
            }

            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            if (await queue.FindAsync(message, cancel) is not { } record)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: {QueueText.NotFound}");
                return ExitStatus.No;
            }

            var (replies, now) = (ReplyTables.From(loaded.Options), TimeProvider.System.GetUtcNow());
            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(QueueJson.Of(record, replies)) + Environment.NewLine
                : QueueText.Of(
                    record, replies, await Waits.ReadAsync(queue, loaded.Options, now, cancel), now, Verb.LanguageOf(parsed, loaded.Options.Language)));
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command SetAside()
    {
        var yes = new Option<bool>("--yes") { Description = "Also where it is not damaged" };
        var command = new Command("set-aside", "Renames a damaged queue with the date and saves what can be read of it into a new one; deletes nothing") { yes };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, _) =>
        {
            if (loaded.Options.Queue.Store == QueueStoreKind.Postgres)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("Queue.Store: a queue in PostgreSQL is set aside there: rename its database, and create an empty one");
                return ExitStatus.Wrong;
            }

            if (!parsed.GetValue(yes) && SqliteQueueStore.WaitingInSound(loaded.Options.DataDirectory) is { } waiting)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"the queue in {loaded.Options.DataDirectory} is not damaged, {QueueText.Waiting(waiting)} in it: nothing was done; "
                    + "with --yes it is set aside all the same");
                return ExitStatus.No;
            }

            var (names, salvaged) = SqliteQueueStore.SetAside(loaded.Options.DataDirectory, TimeProvider.System.GetUtcNow());
            foreach (var name in names)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"set aside: {name}");
            }

            if (salvaged is not null)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(salvaged.ToString());
                foreach (var incomplete in salvaged.Incomplete)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync(incomplete);
                }
            }
            else if (names.Count > 0)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("nothing in it can be read: the next start makes an empty queue");
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
