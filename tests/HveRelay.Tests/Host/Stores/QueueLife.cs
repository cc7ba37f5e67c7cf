using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using HveRelay.Tests.Support.Disk;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Stores;

/// <summary>
/// A queue's days: mail comes, goes in part, goes on, is under way when the relay dies, and goes after the next start. What the store
/// promised is noted with the operations of the disk between which it did.
/// </summary>
/// <param name="checkpointPages">See <see cref="SqliteStoreOptions.CheckpointPages"/>: few, and these days have checkpoints of each kind.</param>
internal sealed class QueueLife(ManualClock clock, WatchedDisk disk, SqliteFixture sqlite, int checkpointPages = 2048)
{
    private const int MostTries = 20;
    private static readonly QuotaRule Tenant = new(QuotaRule.Tenant, 100, QuotaRule.Day);
    private readonly Random _dice = new(5);

    private enum Kind
    {
        Enqueued,
        Begun,
        Ended,
    }

    /// <summary>Messages with their content, whether or not they were taken.</summary>
    public List<(NewMessage Message, byte[] Content)> Mail { get; } = [];

    /// <summary>How often the store said that it could not; the story then did as the relay does.</summary>
    public int Faults { get; private set; }

    private List<Fact> Facts { get; } = [];

    public async Task LiveAsync()
    {
        await using (var store = await OpenAsync())
        {
            await RecoverAsync(store);
            await EnqueueAsync(store, 70_000, "a@contoso.com", "b@contoso.com");
            await EnqueueAsync(store, 300, "c@contoso.com");
            await AttemptAsync(store, number => number == 0 ? Relayed(number) : new RecipientEnd(number, Outcome.Deferred, "451", clock.GetUtcNow()));
            await QuietAsync(store);
            await EnqueueAsync(store, 3_000, "d@contoso.com");
            await AttemptAsync(store, Relayed);
            await QuietAsync(store);
            await EnqueueAsync(store, 500, "e@contoso.com");
            foreach (var part in await TakeAsync(store))
            {
                // HVE has it, but the relay dies before it writes so.
                await BeginAsync(store, part);
            }
        }

        await using var next = await OpenAsync();
        await RecoverAsync(next);
        await EnqueueAsync(next, 10, "f@contoso.com");
        await AttemptAsync(next, Relayed);
        await QuietAsync(next);
    }

    /// <summary>Opens what a power cut after so many operations left, as the next start of the relay does, and holds it to the promises.</summary>
    public async Task HoldsAsync(SqliteFixture after, int cut)
    {
        await File.WriteAllTextAsync(after.Directory.File("hverelay.lock"), "running");
        await using var store = await after.OpenAsync();
        Assert.Equal(1, after.Ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"));
        var recovered = await store.RecoverAsync(SqliteFixture.AnyLane, clock.GetUtcNow(), clock.GetUtcNow(), CancellationToken.None);
        foreach (var (message, content) in Mail)
        {
            var id = message.Envelope.Id;
            var record = await store.FindAsync(id, CancellationToken.None);
            var enqueued = Facts.Find(fact => fact.Message == id && fact.Kind == Kind.Enqueued);
            Assert.True(record is not null || enqueued is null || enqueued.To > cut, $"message {id} was answered 250 and is gone");
            Assert.True(record is null || enqueued is null || enqueued.From <= cut, $"message {id} is there before it came");
            if (record is null)
            {
                continue;
            }

            Assert.Equal(message.Parts[0].Recipients, record.Recipients.Select(recipient => recipient.Address));
            Assert.All(record.Recipients, recipient => Holds(recipient, record, recovered, cut));
            if (record.Recipients.Any(recipient => recipient.State == RecipientState.Queued))
            {
                Assert.Equal(content, await SqliteFixture.ReadAsync(store, id));
            }
        }
    }

    private static RecipientEnd Relayed(int number) => new(number, Outcome.Relayed, "250 2.0.0 OK");

    private void Holds(RecipientRecord recipient, MessageRecord record, IReadOnlyList<RecoveredAttempt> recovered, int cut)
    {
        var facts = Facts.FindAll(fact => fact.Message == record.Envelope.Id && fact.Recipient == recipient.Number && fact.From <= cut);
        var relayed = facts.Find(fact => fact is { Kind: Kind.Ended, Outcome: Outcome.Relayed });
        Assert.True(relayed is null || relayed.To > cut || recipient.State == RecipientState.Relayed, $"{recipient.Address} was relayed, and would go again");
        // Twice under way and twice nobody knows: then it waits for an operator.
        var expected = facts.Count(fact => fact.Kind == Kind.Begun) > 1 && recipient.State == RecipientState.Held ? RecipientState.Held : RecipientState.Queued;
        Assert.True(relayed is not null || recipient.State == expected, $"{recipient.Address} never went, and is {recipient.State}");
        if (recipient.State == RecipientState.Relayed)
        {
            return;
        }

        // What HVE may have although nothing says so has to be marked, whether by this start or by one before.
        var begun = facts.FindLast(fact => fact.Kind == Kind.Begun);
        var unsure = recovered.Any(attempt => attempt.Envelope.Id == record.Envelope.Id && attempt.Recipients.Contains(recipient.Address))
            || record.Attempts.LastOrDefault(attempt => attempt.Results.Any(result => result.Recipient == recipient.Number))?.Results
                .First(result => result.Recipient == recipient.Number).Outcome == Outcome.Unsure;
        var ended = facts.FindLast(fact => fact.Kind == Kind.Ended);
        Assert.True(
            begun is null || begun.To > cut || (ended is not null && ended.From >= begun.To && ended.Outcome != Outcome.Unsure) || unsure,
            $"{recipient.Address} was under way, and nobody knows");
        Assert.True(begun is not null || !unsure, $"{recipient.Address} was never under way, and is said to have been");
    }

    private async Task<SqliteQueueStore> OpenAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                // Reads its own file only: the shim sees the store's connections and no others.
                var directory = sqlite.Directory.Path;
                return await SqliteQueueStore.OpenAsync(
                    new SqliteStoreOptions(directory) { Wal = new WatchedWal(disk, directory), CheckpointPages = checkpointPages }, clock, NullLogger.Instance);
            }
            catch (StoreOpenException) when (tries < MostTries)
            {
                Faults++;
            }
        }
    }

    private async Task RecoverAsync(SqliteQueueStore store)
    {
        var from = disk.Count;
        var recovered = await UntilItWorksAsync(() => store.RecoverAsync(SqliteFixture.AnyLane, clock.GetUtcNow(), clock.GetUtcNow(), CancellationToken.None));
        foreach (var attempt in recovered)
        {
            foreach (var address in attempt.Recipients)
            {
                var parts = Mail.Single(mail => mail.Message.Envelope.Id == attempt.Envelope.Id).Message.Parts;
                Facts.Add(new Fact(Kind.Ended, attempt.Envelope.Id, parts[0].Recipients.ToList().IndexOf(address), from, disk.Count, Outcome.Unsure));
            }
        }
    }

    /// <summary>Where it fails the client hears 451, and what it does then is its own affair.</summary>
    private async Task EnqueueAsync(SqliteQueueStore store, int size, params string[] to)
    {
        var content = new byte[size];
        _dice.NextBytes(content);
        var message = sqlite.Message() is var plain && plain.Parts[0] is var part
            ? plain with { Envelope = plain.Envelope with { Size = size }, Parts = [part with { Recipients = to }] }
            : throw new InvalidOperationException();
        Mail.Add((message, content));
        var from = disk.Count;
        try
        {
            await sqlite.EnqueueAsync(store, content, message);
            Facts.Add(new Fact(Kind.Enqueued, message.Envelope.Id, 0, from, disk.Count));
        }
        catch (StoreException)
        {
            Faults++;
        }
    }

    private async Task AttemptAsync(SqliteQueueStore store, Func<int, RecipientEnd> end)
    {
        foreach (var part in await TakeAsync(store))
        {
            if (await BeginAsync(store, part) is not { } attempt)
            {
                continue;
            }

            var from = disk.Count;
            var ends = part.Recipients.Select(recipient => end(recipient.Number)).ToList();
            await UntilItWorksAsync(() => store.CompleteAsync(new AttemptEnd(attempt, part.Lease, clock.GetUtcNow(), ends), CancellationToken.None).AsTask());
            Facts.AddRange(ends.Select(each => new Fact(Kind.Ended, part.Envelope.Id, each.Number, from, disk.Count, each.Outcome)));
        }
    }

    private async Task<IReadOnlyList<DuePart>> TakeAsync(SqliteQueueStore store) => await UntilItWorksAsync(
        async () => (IReadOnlyList<DuePart>)[.. (await sqlite.TakeAsync(store)).DistinctBy(part => part.Envelope.Id)]);

    private async Task<long?> BeginAsync(SqliteQueueStore store, DuePart part)
    {
        var from = disk.Count;
        var start = new AttemptStart(part.Lease, "hve1@contoso.com", [.. part.Recipients.Select(each => each.Number)], [Tenant], clock.GetUtcNow());
        try
        {
            if (await store.BeginAsync(start, CancellationToken.None) is AttemptGrant.Granted granted)
            {
                Facts.AddRange(part.Recipients.Select(each => new Fact(Kind.Begun, part.Envelope.Id, each.Number, from, disk.Count)));
                return granted.AttemptId;
            }
        }
        catch (StoreException)
        {
            // It may have reached the disk all the same; then the next start makes it unsure, though nothing was sent.
            Facts.AddRange(part.Recipients.Select(each => new Fact(Kind.Begun, part.Envelope.Id, each.Number, from, int.MaxValue)));
            Faults++;
            await UntilItWorksAsync(async () =>
            {
                await store.ReleaseAsync([part.Lease], null, CancellationToken.None);
                return true;
            });
        }

        return null;
    }

    /// <summary>Quiet moments, in which the store tidies up.</summary>
    private async Task QuietAsync(SqliteQueueStore store)
    {
        for (var i = 0; i < 3; i++)
        {
            await UntilItWorksAsync(async () =>
            {
                await sqlite.TickAsync(store);
                return true;
            });
        }
    }

    private async Task<T> UntilItWorksAsync<T>(Func<Task<T>> call)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (StoreException) when (tries < MostTries)
            {
                Faults++;
            }
        }
    }

    /// <summary>It began when the disk had done <paramref name="From"/> operations, and the store said so when it had done <paramref name="To"/>.</summary>
    private sealed record Fact(Kind Kind, MessageId Message, int Recipient, int From, int To, Outcome Outcome = Outcome.Deferred);
}
