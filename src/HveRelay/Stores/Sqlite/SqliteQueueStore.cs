using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The queue in one SQLite file, queue.db, for one relay. All writing goes through <see cref="Writer"/>; reading goes beside it.
/// </summary>
public sealed partial class SqliteQueueStore : IQueueStore
{
    private const int PurgedAtOnce = 100;
    private readonly DirectoryLock _lock;

    private readonly WalCut _cut;
    private readonly Writer _writer;
    private readonly ReadPool _pool;
    private readonly SqliteQueueReader _reader;
    private readonly DiskReserve _reserve;
    private readonly DamageWatch _damage;
    private readonly StartCheck? _check;
    private bool _disposed;

    private SqliteQueueStore(
        DirectoryLock held, WalCut cut, Writer writer, ReadPool pool, DiskReserve reserve, DamageWatch damage, StartCheck? check)
    {
        (_lock, _cut, _writer, _pool, _reserve, _damage, _check) = (held, cut, writer, pool, reserve, damage, check);
        _reader = new SqliteQueueReader(pool);
    }

    /// <summary>Opens the queue of a directory, and makes one where there is none. After an unclean end the file is checked.</summary>
    /// <exception cref="StoreOpenException">It cannot be opened. Nothing was deleted or overwritten.</exception>
    public static Task<SqliteQueueStore> OpenAsync(SqliteStoreOptions options, TimeProvider clock, ILogger log) =>
        Task.Run(() => Open(options, clock, log));

    /// <summary>Reads a queue beside a running relay, or when none runs. Never creates a file of its own.</summary>
    /// <exception cref="StoreOpenException">There is no queue, or it cannot be read.</exception>
    public static IQueueReader OpenReader(string directory) => new SqliteQueueReader(Opening.Readers(directory));

    /// <summary>
    /// Renames the files of a damaged queue, for a person to look at, and saves what can be read of it into a new one. The names they have
    /// now, and what was saved: null where not even a table can be read.
    /// </summary>
    /// <exception cref="StoreOpenException">A relay runs on it, or the directory cannot be written.</exception>
    public static (IReadOnlyList<string> Names, Salvaged? Salvaged) SetAside(string directory, DateTimeOffset now)
    {
        using var held = DirectoryLock.Take(directory);
        try
        {
            var done = Salvage.SetAside(new QueueFiles(directory), now);
            held.Clean();
            return done;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw DirectoryLock.Unwritable(directory, cause);
        }
    }

    /// <summary>How many messages wait in a directory's queue, where it is sound: such a one is not to be set aside by mistake. Else null.</summary>
    /// <exception cref="StoreOpenException">A relay runs on it, or it cannot be opened.</exception>
    public static long? WaitingInSound(string directory)
    {
        using var held = DirectoryLock.Take(directory);
        try
        {
            return Opening.WaitingInSound(new QueueFiles(directory).Database);
        }
        catch (SqliteException cause)
        {
            throw Opening.Unopenable(directory, cause);
        }
    }

    /// <summary>What was saved of a damaged queue when this one was opened; null where it was sound.</summary>
    public Salvaged? Salvaged { get; private init; }

    /// <summary>False while the check after an unclean end goes on.</summary>
    internal bool IsChecked => _check?.IsOver != false;

    public bool HasRoom => _reserve.HasRoom;

    public IContentWriter CreateContent() => new ContentWriter(_writer, _reserve);

    public async ValueTask EnqueueAsync(NewMessage message, IContentWriter content, CancellationToken cancel)
    {
        var octets = content as ContentWriter ?? throw new ArgumentException("the content is another store's", nameof(content));
        if (message.Parts.Count == 0 || message.Parts.Any(part => part.Recipients.Count == 0))
        {
            throw new ArgumentException("a message has a part at least, and a part a recipient", nameof(message));
        }

        cancel.ThrowIfCancellationRequested();
        _damage.ThrowIfDamaged();
        _reserve.ThrowIfLow();
        await octets.SettleAsync();
        var arrival = ArrivalText.Write(message.Arrival);
        await _writer.DoAsync(Need.Sync, session => session.Enqueueing.Enqueue(message, arrival, octets));
        octets.Enqueued();
    }

    public async ValueTask<IReadOnlyList<DuePart>> TakeAsync(TakeRequest request, CancellationToken cancel)
    {
        if (request.LeaseUntil <= request.Now)
        {
            throw new ArgumentException("a lease ends after it begins", nameof(request));
        }

        return await DoAsync(Need.Write, session => session.Taking.Take(request), cancel);
    }

    public ValueTask<AttemptGrant> BeginAsync(AttemptStart start, CancellationToken cancel)
    {
        if (start.Recipients.Count == 0)
        {
            throw new ArgumentException("an attempt has a recipient at least", nameof(start));
        }

        return DoAsync(Need.Sync, session => session.Beginning.Begin(start), cancel);
    }

    public ValueTask<bool> CompleteAsync(AttemptEnd end, CancellationToken cancel) =>
        DoAsync(Need.Sync, session => session.Completing.Complete(end), cancel);

    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt, CancellationToken cancel) =>
        await DoAsync(Need.Sync, session => session.Parts.Release(leases, dueAt), cancel);

    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyList<Lane> lanes, CancellationToken cancel) =>
        DoAsync(Need.Read, session => session.Due.Earliest(lanes), cancel);

    public ValueTask<IReadOnlyList<ExpiredRecipient>> ExpireAsync(
        IReadOnlyList<Lane> lanes, DateTimeOffset now, int most, CancellationToken cancel) =>
        DoAsync(Need.Sync, session => session.Expiring.Expire(lanes, now, most), cancel);

    public async ValueTask<int> BringForwardAsync(DateTimeOffset now, DateTimeOffset latest, CancellationToken cancel) =>
        await DoAsync(Need.Read, session => session.ClockRepair.IsNeeded(now, latest), cancel)
            ? await DoAsync(Need.Sync, session => session.ClockRepair.Run(now, latest), cancel)
            : 0;

    public ValueTask<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change, CancellationToken cancel)
    {
        if (change is { Kind: ChangeKind.Bounce, Reason: null })
        {
            throw new ArgumentException("a bounce has a reason", nameof(change));
        }

        return DoAsync(Need.Sync, session => session.Changing.Change(change), cancel);
    }

    public async ValueTask PauseAsync(string account, AccountPause? pause, CancellationToken cancel) =>
        await DoAsync(Need.Sync, session => session.Pausing.Set(account, pause), cancel);

    public async ValueTask RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell, CancellationToken cancel)
    {
        await DoAsync(Need.Sync, session => session.Recovery.Recover(configured, now, dueAt, tell), cancel);
        _check?.GoOn();
    }

    public async ValueTask SeenAsync(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals, CancellationToken cancel) =>
        await DoAsync(Need.Write, session => session.Seeing.Add(clients, refusals), cancel);

    public async ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancel)
    {
        // In small pieces, so that mail that arrives gets in between.
        var purged = 0;
        while (purged < most)
        {
            var share = Math.Min(PurgedAtOnce, most - purged);
            var dropped = await DoAsync(Need.Write, session => session.Purging.Purge(before, share), cancel);
            purged += dropped;
            if (dropped < share)
            {
                break;
            }
        }

        await DoAsync(Need.Write, session => session.Seeing.Purge(before, most), cancel);
        return purged;
    }

    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancel)
    {
        _damage.ThrowIfDamaged();
        await DoAsync(Need.Sync, session => session.Probe(), cancel);
        return _writer.LastSync;
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(MessageId id, long offset, CancellationToken cancel) =>
        _reader.ReadContentAsync(id, offset, cancel);

    public ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel) => _reader.ListAsync(filter, cancel);

    public ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel) => _reader.FindAsync(id, cancel);

    public async ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel) =>
        await _reader.TotalsAsync(cancel) with { Syncs = _writer.Syncs, LastSync = _writer.LastSync };

    public ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel) =>
        _reader.UsedAsync(scope, since, cancel);

    public ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel) => _reader.LedgerAsync(since, cancel);

    public ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(
        IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel) => _reader.RelayedToAsync(addresses, since, cancel);

    public ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel) => _reader.PausesAsync(cancel);

    public ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel) => _reader.LastAttemptsAsync(cancel);

    public ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel) =>
        _reader.ClientsAsync(filter, cancel);

    public ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel) =>
        _reader.RefusalsAsync(address, most, cancel);

    /// <summary>Commits what is under way and closes the file; what is handed in after that is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        var isChecked = IsChecked;
        _pool.Dispose();
        _check?.Dispose();
        var clean = await _writer.CloseAsync();
        _cut.Dispose();
        if (clean && isChecked && !_damage.WasSeen)
        {
            _lock.Clean();
        }

        _lock.Dispose();
    }

    private static SqliteQueueStore Open(SqliteStoreOptions options, TimeProvider clock, ILogger log)
    {
        var held = DirectoryLock.Take(options.Directory);
        var cut = default(WalCut);
        var check = default(StartCheck);
        try
        {
            (var path, var salvaged, check) = Opening.PrepareDatabase(options, held, clock, log);
            var counters = Counters.Load(path);
            held.MarkRunning();
            var damage = new DamageWatch(() => Opening.Check(path), Tell, clock, log);
            var wal = options.Wal ?? new WalFile(path + "-wal");
            var pool = new ReadPool(() => Database.OpenReader(path), damage);
            cut = new WalCut(path, wal, pool, check);
            var writer = new Writer(
                () => new WriteSession(Database.OpenUnsyncedWriter(path, options.BeforeWrite), counters),
                cut,
                wal,
                new Checkpoints(() => Database.OpenUnsyncedWriter(path, null), options.CheckpointPages, log),
                damage,
                clock,
                log);
            _ = check?.TellAsync(damage, log);
            return new SqliteQueueStore(held, cut, writer, pool, new DiskReserve(options, clock), damage, check)
            {
                Salvaged = salvaged,
            };
        }
        catch (Exception cause)
        {
            check?.Dispose();
            cut?.Dispose();
            held.Dispose();
            if (cause is SqliteException sqlite)
            {
                throw Opening.Unopenable(options.Directory, sqlite);
            }

            throw;
        }

        void Tell(StoreException damage)
        {
            try
            {
                held.MarkDamaged();
            }
            catch (Exception cause) when (cause is IOException or ObjectDisposedException)
            {
                log.LogWarning(cause, "the next start will not know of the damage");
            }

            options.OnDamage?.Invoke(damage);
        }
    }

    private async ValueTask<T> DoAsync<T>(Need need, Func<WriteSession, T> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return await _writer.DoAsync(need, work);
    }
}
