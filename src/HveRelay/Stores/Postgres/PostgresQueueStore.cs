using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// The queue in a PostgreSQL database, for as many relays as like to share it. Each call is a transaction of its own; that commits end
/// together on one sync is PostgreSQL's business. Times are those handed in, which in a relay are the database's (<see cref="DatabaseClock"/>);
/// only who is alive is judged by the database itself.
/// </summary>
public sealed partial class PostgresQueueStore : IQueueStore
{
    /// <summary>So long nobody new is let in after the disk of the database was full.</summary>
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(2);

    private const int PurgedAtOnce = 100;
    private readonly Link _link;
    private readonly DatabaseClock _clock;
    private readonly PostgresQueueReader _reader;
    private readonly ContentRows _contents;
    private readonly Enqueueing _enqueueing;
    private readonly Taking _taking;
    private readonly Beginning _beginning;
    private readonly Completing _completing;
    private readonly Releasing _releasing;
    private readonly Expiring _expiring;
    private readonly ClockRepair _clockRepair;
    private readonly Recovery _recovery;
    private readonly Changing _changing;
    private readonly Seeing _seeing;
    private readonly AccountNotes _accounts;
    private readonly Notifying _notifying;
    private readonly Membership _membership;
    private long _fullAt;
    private volatile bool _wasFull;
    private bool _disposed;

    private PostgresQueueStore(Link link, PostgresStoreOptions options, DatabaseClock clock, ILogger log, long node, string schema)
    {
        (_link, _clock) = (link, clock);
        var numbers = new Numbers(node);
        var leftovers = new Leftovers(link);
        _reader = new PostgresQueueReader(link);
        _contents = new ContentRows(link, numbers, leftovers);
        _enqueueing = new Enqueueing(link, _contents, clock);
        _taking = new Taking(link, numbers, leftovers);
        _beginning = new Beginning(link, numbers, leftovers);
        _completing = new Completing(link);
        _releasing = new Releasing(link);
        _expiring = new Expiring(link);
        _clockRepair = new ClockRepair(link);
        _recovery = new Recovery(link, numbers, options);
        _changing = new Changing(link, numbers);
        _seeing = new Seeing(link);
        _accounts = new AccountNotes(link);
        _notifying = new Notifying(link, _contents);
        _membership = Membership.Begin(link, options, clock, log, node, schema, () => _recovery.Served, () => leftovers.ClearAsync(_releasing.UndoAsync));
    }

    /// <summary>Joins the queue in a database as one more node, and makes its tables where there are none.</summary>
    /// <param name="machine">This machine's clock.</param>
    /// <exception cref="StoreOpenException">The database cannot be reached or used. Nothing was deleted or overwritten.</exception>
    public static Task<PostgresQueueStore> OpenAsync(PostgresStoreOptions options, TimeProvider machine, ILogger log) =>
        OpenAsync(options, machine, log, Schema.MigrateAsync);

    /// <summary>As above for a verb that changes the queue, whether relays run on it or not: it makes no tables.</summary>
    /// <exception cref="StoreOpenException">There is no queue, or it cannot be reached or used.</exception>
    public static Task<PostgresQueueStore> OpenExistingAsync(PostgresStoreOptions options, TimeProvider machine, ILogger log) =>
        OpenAsync(options, machine, log, Schema.RequireCurrentAsync);

    /// <summary>Reads a queue beside its nodes, or when none runs. Never makes a table.</summary>
    /// <exception cref="StoreOpenException">There is no queue, or it cannot be read.</exception>
    public static async Task<IQueueReader> OpenReaderAsync(string connectionString, TimeProvider machine)
    {
        var builder = Opening.Parse(connectionString);
        var database = Opening.NameOf(builder);
        var link = Opening.Connect(builder, machine);
        try
        {
            await Schema.RequireCurrentAsync(link, database);
            return new PostgresQueueReader(link);
        }
        catch (Exception cause)
        {
            await link.DisposeAsync();
            throw cause is StoreOpenException ? cause : Opening.Unopenable(database, cause);
        }
    }

    /// <summary>The clock by which all nodes go.</summary>
    public TimeProvider Clock => _clock;

    public bool HasRoom => !_wasFull || _clock.GetElapsedTime(Volatile.Read(ref _fullAt)) >= FullFor;

    public IContentWriter CreateContent() => new ContentWriter(_contents);

    public async ValueTask EnqueueAsync(NewMessage message, IContentWriter content, CancellationToken cancel)
    {
        var octets = content as ContentWriter ?? throw new ArgumentException("the content is another store's", nameof(content));
        if (message.Parts.Count == 0 || message.Parts.Any(part => part.Recipients.Count == 0))
        {
            throw new ArgumentException("a message has a part at least, and a part a recipient", nameof(message));
        }

        cancel.ThrowIfCancellationRequested();
        await octets.SettleAsync();
        await DoAsync(
            async () =>
            {
                await _enqueueing.EnqueueAsync(message, octets);
                return true;
            },
            cancel);
        octets.Enqueued();
        _membership.Tell();
    }

    public async ValueTask<IReadOnlyList<DuePart>> TakeAsync(TakeRequest request, CancellationToken cancel)
    {
        if (request.LeaseUntil <= request.Now)
        {
            throw new ArgumentException("a lease ends after it begins", nameof(request));
        }

        return await DoAsync(() => _taking.TakeAsync(request, lease => _releasing.ReleaseAsync([lease], null)), cancel);
    }

    public async ValueTask<AttemptGrant> BeginAsync(AttemptStart start, CancellationToken cancel)
    {
        if (start.Recipients.Count == 0)
        {
            throw new ArgumentException("an attempt has a recipient at least", nameof(start));
        }

        return await DoAsync(() => _beginning.BeginAsync(start), cancel);
    }

    public async ValueTask<bool> CompleteAsync(AttemptEnd end, CancellationToken cancel) =>
        await DoAsync(() => _completing.CompleteAsync(end), cancel);

    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt, CancellationToken cancel) => await DoAsync(
        async () =>
        {
            await _releasing.ReleaseAsync(leases, dueAt);
            return true;
        },
        cancel);

    public async ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyList<Lane> lanes, CancellationToken cancel) =>
        await DoAsync(() => _taking.NextDueAsync(lanes), cancel);

    public async ValueTask<IReadOnlyList<ExpiredRecipient>> ExpireAsync(
        IReadOnlyList<Lane> lanes, DateTimeOffset now, int most, CancellationToken cancel) =>
        await DoAsync(() => _expiring.ExpireAsync(lanes, now, most), cancel);

    public async ValueTask<int> BringForwardAsync(DateTimeOffset now, DateTimeOffset latest, CancellationToken cancel) =>
        await DoAsync(() => _clockRepair.RunAsync(now, latest), cancel);

    public async ValueTask<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change, CancellationToken cancel)
    {
        if (change is { Kind: ChangeKind.Bounce, Reason: null })
        {
            throw new ArgumentException("a bounce has a reason", nameof(change));
        }

        var results = await DoAsync(() => _changing.ChangeAsync(change), cancel);
        _membership.Tell();
        return results;
    }

    public async ValueTask PauseAsync(string account, AccountPause? pause, CancellationToken cancel) =>
        await DoAsync(() => _accounts.PauseAsync(account, pause), cancel);

    public async ValueTask RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell, CancellationToken cancel) =>
        await DoAsync(() => _recovery.RecoverAsync(configured, now, dueAt, tell), cancel);

    public async ValueTask SeenAsync(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals, CancellationToken cancel) =>
        await DoAsync(
            async () =>
            {
                await _seeing.AddAsync(clients, refusals);
                return true;
            },
            cancel);

    public async ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancel)
    {
        // In small pieces: a row that is deleted is locked until the commit.
        var purged = 0;
        while (purged < most)
        {
            var share = Math.Min(PurgedAtOnce, most - purged);
            var dropped = await DoAsync(() => DropMessagesAsync(before, share), cancel);
            purged += dropped;
            if (dropped < share)
            {
                break;
            }
        }

        return await DoAsync(
            async () =>
            {
                await _seeing.PurgeAsync(before, most);
                return purged;
            },
            cancel);
    }

    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancel) => await DoAsync(
        async () =>
        {
            await _link.BatchAsync(Need.Sync, batch => batch.Do("UPDATE hverelay SET probe = probe + 1"), batch => batch.ExecuteNonQueryAsync());
            return _link.LastSync;
        },
        cancel);

    /// <summary>Leaves the queue: the leases of this node end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            await _membership.DisposeAsync();
            await _link.DisposeAsync();
        }
    }

    private static async Task<PostgresQueueStore> OpenAsync(
        PostgresStoreOptions options, TimeProvider machine, ILogger log, Func<Link, string, Task> prepare)
    {
        var builder = Opening.Parse(options.ConnectionString);
        Opening.LimitPauses(builder, options.TransactionPause);
        var database = Opening.NameOf(builder);
        var clock = new DatabaseClock(machine);
        var link = Opening.Connect(builder, clock);
        try
        {
            await Opening.RequireSafeAsync(link);
            var schema = await Opening.SchemaAsync(link);
            await prepare(link, database);
            var node = await Membership.JoinAsync(link, clock);
            return new PostgresQueueStore(link, options, clock, log, node, schema);
        }
        catch (Exception cause)
        {
            await link.DisposeAsync();
            throw cause is StoreOpenException ? cause : Opening.Unopenable(database, cause);
        }
    }

    private Task<int> DropMessagesAsync(DateTimeOffset before, int most) => _link.BatchAsync(
        Need.Write,
        batch => batch.Do("""
            DELETE FROM message WHERE id IN
                (SELECT id FROM message WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """).With(before).With(most),
        async batch =>
        {
            await batch.ExecuteNonQueryAsync();
            return batch.BatchCommands[^1].RecordsAffected;
        });

    /// <summary>Once begun, a call is not cancelled: its caller has to know whether it happened.</summary>
    private async Task<T> DoAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancel.ThrowIfCancellationRequested();
        try
        {
            return await call();
        }
        catch (Exception cause) when (cause is not StoreException)
        {
            var failure = Faults.Translate(cause);
            if (failure is StoreException { Fault: StoreFault.Full })
            {
                Volatile.Write(ref _fullAt, _clock.GetTimestamp());
                _wasFull = true;
            }

            throw failure;
        }
    }
}
