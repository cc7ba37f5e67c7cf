using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Host.Stores;

public sealed class SqliteFailureTests : IDisposable
{
    private const int Full = 13;
    private const int IoError = 10;
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;
    private readonly byte[] _large = new byte[200_000];

    public SqliteFailureTests()
    {
        _sqlite = new SqliteFixture(_clock);
        new Random(2).NextBytes(_large);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _sqlite.Dispose();

    [Theory]
    [InlineData(IoError)]
    [InlineData(Full)]
    public async Task Whichever_write_fails_what_was_acknowledged_is_there_and_the_rest_whole_or_not_at_all(int code)
    {
        var failed = true;
        for (var n = 1; failed; n++)
        {
            using var sqlite = new SqliteFixture(_clock);
            var left = n;
            var life = new Life(sqlite.Message());
            await using (var store = await sqlite.OpenAsync(sql => _ = --left == 0 ? throw new SqliteException(sql, code) : 0))
            {
                failed = await LiveAsync(life, store) is { } fault;
                Assert.True(failed || left > 0, $"write {n} failed and nobody was told");
            }

            await using var reopened = await sqlite.OpenAsync();
            await CheckAsync(life, reopened, n);
        }
    }

    [Theory]
    [InlineData(5, StoreFault.Locked)]
    [InlineData(6, StoreFault.Locked)]
    [InlineData(8, StoreFault.Unwritable)]
    [InlineData(10, StoreFault.Unwritable)]
    [InlineData(11, StoreFault.Damaged)]
    [InlineData(13, StoreFault.Full)]
    [InlineData(14, StoreFault.Unwritable)]
    [InlineData(26, StoreFault.Damaged)]
    public async Task What_SQLite_says_has_a_name_for_people_at_every_stage(int code, StoreFault expected)
    {
        var failing = string.Empty;
        await using var store = await _sqlite.OpenAsync(sql => _ = sql == failing ? throw new SqliteException("as told", code) : 0);

        foreach (var stage in new[] { "BEGIN IMMEDIATE", "SAVEPOINT operation", "RELEASE operation", "COMMIT" })
        {
            failing = stage;
            Assert.Equal(expected, (await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store))).Fault);
        }

        failing = string.Empty;
        if (expected == StoreFault.Damaged)
        {
            // That alone does not pass by itself.
            Assert.Equal(expected, (await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store))).Fault);
            return;
        }

        await _sqlite.EnqueueAsync(store);
        Assert.Equal(1, (await store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task What_was_stored_of_a_content_that_failed_midway_does_not_stay()
    {
        var chunks = 0;
        await using var store = await _sqlite.OpenAsync(sql =>
            _ = sql.StartsWith("INSERT INTO content", StringComparison.Ordinal) && ++chunks == 3
                ? throw new SqliteException("disk I/O error", IoError)
                : 0);

        await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store, _large));
        await store.ProbeAsync(Cancel);

        Assert.Equal(0, _sqlite.Ask("SELECT count(*) FROM content") + _sqlite.Ask("SELECT count(*) FROM unfinished"));
    }

    [Fact]
    public async Task A_failed_commit_fails_every_operation_in_it_and_the_next_one_works()
    {
        var fail = false;
        await using var store = await _sqlite.OpenAsync(sql => FailOn("COMMIT", sql, fail));
        fail = true;

        for (var i = 0; i < 3; i++)
        {
            var fault = await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
            Assert.Equal(StoreFault.Unwritable, fault.Fault);
        }

        fail = false;
        var id = await _sqlite.EnqueueAsync(store);
        Assert.Equal(id, Assert.Single(await store.ListAsync(new QueueFilter(), Cancel)).Envelope.Id);
    }

    [Fact]
    public async Task Content_lost_with_a_failed_commit_is_sent_again_and_a_small_one_can_be_tried_again()
    {
        var fail = false;
        await using var store = await _sqlite.OpenAsync(sql => FailOn("COMMIT", sql, fail));
        await using var large = store.CreateContent();
        await large.WriteAsync(_large, Cancel);
        await using var small = store.CreateContent();
        await small.WriteAsync("hi\n"u8.ToArray(), Cancel);
        var message = _sqlite.Message();
        fail = true;
        await Assert.ThrowsAsync<StoreException>(() => store.EnqueueAsync(message, small, Cancel).AsTask());
        fail = false;

        var lost = await Assert.ThrowsAsync<StoreException>(() => store.EnqueueAsync(_sqlite.Message(), large, Cancel).AsTask());
        await store.EnqueueAsync(message, small, Cancel);

        Assert.Equal(StoreFault.ContentLost, lost.Fault);
        Assert.Equal("hi\n"u8.ToArray(), await SqliteFixture.ReadAsync(store, message.Envelope.Id));
    }

    [Fact]
    public async Task A_lease_lost_with_a_failed_commit_is_no_lease()
    {
        var fail = false;
        await using var store = await _sqlite.OpenAsync(sql => FailOn("COMMIT", sql, fail));
        await _sqlite.EnqueueAsync(store);
        var first = Assert.Single(await _sqlite.TakeAsync(store));
        fail = true;
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());
        fail = false;
        var second = Assert.Single(await _sqlite.TakeAsync(store));

        var start = new AttemptStart(first.Lease, "hve1@contoso.com", [0], [], _clock.GetUtcNow());
        Assert.IsType<AttemptGrant.LeaseLost>(await store.BeginAsync(start, Cancel));
        Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start with { Lease = second.Lease }, Cancel));
    }

    [Fact]
    public async Task A_reservation_lost_with_a_failed_commit_is_given_back()
    {
        var fail = false;
        var rule = new QuotaRule("", 1, TimeSpan.FromHours(24));
        await using var store = await _sqlite.OpenAsync(sql => FailOn("COMMIT", sql, fail));
        await _sqlite.EnqueueAsync(store);
        var part = Assert.Single(await _sqlite.TakeAsync(store));
        await store.ProbeAsync(Cancel);
        var start = new AttemptStart(part.Lease, "hve1@contoso.com", [0], [rule], _clock.GetUtcNow());
        fail = true;
        await Assert.ThrowsAsync<StoreException>(() => store.BeginAsync(start, Cancel).AsTask());
        fail = false;

        Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start, Cancel));
    }

    [Fact]
    public async Task A_full_disk_takes_no_mail_lets_mail_leave_and_recovers_by_itself()
    {
        var free = 1000L;
        await using var store = await _sqlite.OpenAsync(new SqliteStoreOptions(_sqlite.Directory.Path, 500, () => free));
        await _sqlite.EnqueueAsync(store);
        free = 499;
        _clock.Advance(TimeSpan.FromSeconds(1));

        var full = await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
        Assert.Equal(StoreFault.Full, full.Fault);
        await using (var content = store.CreateContent())
        {
            full = await Assert.ThrowsAsync<StoreException>(() => content.WriteAsync(_large, Cancel).AsTask());
            Assert.Equal(StoreFault.Full, full.Fault);
        }

        var part = Assert.Single(await _sqlite.TakeAsync(store));
        var start = new AttemptStart(part.Lease, "hve1@contoso.com", [0], [], _clock.GetUtcNow());
        Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start, Cancel));
        free = 500;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _sqlite.EnqueueAsync(store);
    }

    private static int FailOn(string statement, string sql, bool fail) =>
        fail && sql == statement ? throw new SqliteException("disk I/O error", IoError) : 0;

    /// <summary>A message from enqueueing to its end; stops at the first fault and returns it.</summary>
    private async Task<StoreException?> LiveAsync(Life life, SqliteQueueStore store)
    {
        try
        {
            await _sqlite.EnqueueAsync(store, _large, life.Message);
            life.Enqueued = true;
            var part = Assert.Single(await _sqlite.TakeAsync(store));
            var start = new AttemptStart(
                part.Lease, "hve1@contoso.com", [0], [new QuotaRule("", 9, TimeSpan.FromHours(24))], _clock.GetUtcNow());
            var granted = Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start, Cancel));
            life.Begun = true;
            var relayed = new RecipientEnd(0, Outcome.Relayed, "250 2.0.0 OK");
            Assert.True(await store.CompleteAsync(new AttemptEnd(granted.AttemptId, part.Lease, _clock.GetUtcNow(), [relayed]), Cancel));
            life.Completed = true;
            return null;
        }
        catch (StoreException fault)
        {
            return fault;
        }
    }

    private async Task CheckAsync(Life life, SqliteQueueStore store, int n)
    {
        var id = life.Message.Envelope.Id;
        var record = await store.FindAsync(id, Cancel);
        Assert.True(record is not null == life.Enqueued, $"write {n}: enqueued {life.Enqueued}");
        if (record is null)
        {
            Assert.Empty(await _sqlite.TakeAsync(store));
            return;
        }

        Assert.Equal(life.Begun ? 1 : 0, record.Attempts.Count);
        Assert.Equal(life.Begun ? 1 : 0, await store.UsedAsync("", _clock.GetUtcNow().AddHours(-24), Cancel));
        Assert.Equal(life.Completed, record.EndedAt is not null);
        Assert.Equal(life.Completed ? RecipientState.Relayed : RecipientState.Queued, Assert.Single(record.Recipients).State);
        Assert.Equal(life.Completed ? 0 : 1, (await store.TotalsAsync(Cancel)).QueuedMessages);
        if (!life.Completed)
        {
            Assert.Equal(_large, await SqliteFixture.ReadAsync(store, id));
        }
    }

    private sealed record Life(NewMessage Message)
    {
        public bool Enqueued { get; set; }

        public bool Begun { get; set; }

        public bool Completed { get; set; }
    }
}
