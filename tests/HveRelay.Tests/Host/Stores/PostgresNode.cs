using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HveRelay.Tests.Host.Stores;

/// <summary>One of several nodes on a queue in PostgreSQL, in real time, with a database user of its own that can be locked out.</summary>
internal sealed class PostgresNode : IAsyncDisposable
{
    public static readonly Lane[] AnyLane = [Lane.AnyAccount];

    /// <summary>Far longer than a heartbeat: who is held up by a busy machine or a slow sync is not dead.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private static int _users;

    private readonly string _queue;
    private readonly string _user;
    private readonly MessageIdSource _ids;

    private PostgresNode(string queue, string user, QueueSignal signal, Task listens, PostgresQueueStore store)
    {
        (_queue, _user, Signal, Listens, Store) = (queue, user, signal, listens, store);
        _ids = new MessageIdSource(store.Clock, new Random(user.GetHashCode(StringComparison.Ordinal)));
    }

    public QueueSignal Signal { get; }

    /// <summary>Ends when it hears the others: then it wakes itself, once.</summary>
    public Task Listens { get; }

    public PostgresQueueStore Store { get; }

    public DateTimeOffset Now => Store.Clock.GetUtcNow();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="machine">The node's own clock, where it is not right.</param>
    /// <param name="pause">How long a transaction may be silent, where that matters.</param>
    public static async Task<PostgresNode> JoinAsync(string queue, TimeProvider? machine = null, TimeSpan? pause = null)
    {
        var user = $"node{Interlocked.Increment(ref _users)}";
        await PostgresServer.ExecuteAsync(queue, $"CREATE ROLE {user} LOGIN IN ROLE relay");
        var signal = new QueueSignal();
        var listens = signal.Next;
        var own = new NpgsqlConnectionStringBuilder(queue) { Username = user, Options = "-c role=relay" }.ConnectionString;
        var options = new PostgresStoreOptions(own, signal) { Heartbeat = TimeSpan.FromMilliseconds(100), NodeTimeout = Timeout };
        options = options with { TransactionPause = pause ?? options.TransactionPause };
        return new PostgresNode(queue, user, signal, listens, await PostgresQueueStore.OpenAsync(options, machine ?? TimeProvider.System, NullLogger.Instance));
    }

    /// <summary>To the others it is as if the node had died: its connections break, and it gets no new ones.</summary>
    public Task CutAsync() => PostgresServer.ExecuteAsync(
        _queue, $"ALTER ROLE {_user} NOLOGIN; SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{_user}'");

    public Task LetInAsync() => PostgresServer.ExecuteAsync(_queue, $"ALTER ROLE {_user} LOGIN");

    public async Task<MessageId> EnqueueAsync(params string[] recipients)
    {
        var envelope = new Envelope(
            _ids.Next(), "scanner@contoso.com", Now, Now.AddDays(2), 3, Priority.Normal, false,
            new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "ESMTP"));
        await using var content = Store.CreateContent();
        await content.WriteAsync("hi\n"u8.ToArray(), Cancel);
        var parts = new[] { new NewPart(1, 1, Lane.AnyAccount, recipients.Length == 0 ? ["a@contoso.com"] : recipients, Now) };
        await Store.EnqueueAsync(new NewMessage(envelope, parts), content, Cancel);
        return envelope.Id;
    }

    public async Task<IReadOnlyList<DuePart>> TakeAsync(int most = 10) =>
        await Store.TakeAsync(new TakeRequest(AnyLane, Now, Now.AddMinutes(45), most, 50), Cancel);

    public async Task<AttemptGrant> BeginAsync(DuePart part, params QuotaRule[] rules) =>
        await Store.BeginAsync(new AttemptStart(part.Lease, "hve1@contoso.com", [.. part.Recipients.Select(each => each.Number)], rules, Now), Cancel);

    public async Task<bool> RelayAsync(DuePart part, AttemptGrant.Granted granted) => await Store.CompleteAsync(
        new AttemptEnd(
            granted.AttemptId, part.Lease, Now,
            [.. part.Recipients.Take(granted.Recipients).Select(each => new RecipientEnd(each.Number, Outcome.Relayed, "250 2.0.0 OK"))]),
        Cancel);

    public async Task<IReadOnlyList<RecoveredAttempt>> RecoverAsync() => await Store.RecoverAsync(null, Now, Now, Cancel);

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
