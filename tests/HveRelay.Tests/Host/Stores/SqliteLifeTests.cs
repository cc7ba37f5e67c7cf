using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public sealed class SqliteLifeTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;
    private readonly byte[] _large = new byte[2_000_000];

    public SqliteLifeTests() => _sqlite = new SqliteFixture(_clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _sqlite.Dispose();

    [Fact]
    public async Task A_reader_sees_what_a_running_relay_committed()
    {
        await using var store = await _sqlite.OpenAsync();
        await using var reader = SqliteQueueStore.OpenReader(_sqlite.Directory.Path);
        var id = await _sqlite.EnqueueAsync(store);

        Assert.Equal(id, Assert.Single(await reader.ListAsync(new QueueFilter(), Cancel)).Envelope.Id);
        Assert.Equal("hi\n"u8.ToArray(), await SqliteFixture.ReadAsync(reader, id));
        Assert.Equal(1, (await reader.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task A_reader_works_when_no_relay_runs_and_does_not_keep_one_from_starting()
    {
        MessageId id;
        await using (var store = await _sqlite.OpenAsync())
        {
            id = await _sqlite.EnqueueAsync(store);
        }

        await using var reader = SqliteQueueStore.OpenReader(_sqlite.Directory.Path);
        Assert.NotNull(await reader.FindAsync(id, Cancel));

        await using var again = await _sqlite.OpenAsync();
        var next = await _sqlite.EnqueueAsync(again);
        Assert.NotNull(await reader.FindAsync(next, Cancel));
    }

    [Fact]
    public void A_reader_makes_no_queue_where_there_is_none()
    {
        var refused = Assert.Throws<StoreOpenException>(() => SqliteQueueStore.OpenReader(_sqlite.Directory.Path));

        Assert.Contains("there is no queue", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_sqlite.Directory.Path));
    }

    [Fact]
    public async Task A_crash_loses_nothing_that_was_acknowledged_and_leaves_nothing_behind()
    {
        using var crashed = new SqliteFixture(_clock);
        MessageId small, large;
        await using (var store = await _sqlite.OpenAsync())
        {
            await using var unfinished = store.CreateContent();
            await unfinished.WriteAsync(_large, Cancel);
            small = await _sqlite.EnqueueAsync(store);
            large = await _sqlite.EnqueueAsync(store, _large);
            await _sqlite.TakeAsync(store);

            // What a crash leaves: the files as they are, and the lock's word that somebody was running.
            foreach (var file in Directory.GetFiles(_sqlite.Directory.Path, "queue.db*"))
            {
                await CopyAsync(file, crashed.Directory.File(Path.GetFileName(file)));
            }

            await File.WriteAllTextAsync(crashed.Directory.File("hverelay.lock"), "running", Cancel);
        }

        await using (var store = await crashed.OpenAsync())
        {
            Assert.Empty(await store.RecoverAsync(SqliteFixture.AnyLane, _clock.GetUtcNow(), _clock.GetUtcNow(), Cancel));

            Assert.Equal([small, large], (await crashed.TakeAsync(store)).Select(part => part.Lease.Message));
            Assert.Equal("hi\n"u8.ToArray(), await SqliteFixture.ReadAsync(store, small));
            Assert.Equal(_large, await SqliteFixture.ReadAsync(store, large));
        }

        Assert.Equal(_large.Length + 3, crashed.Ask("SELECT sum(length(octets)) FROM content"));
        Assert.Equal(0, crashed.Ask("SELECT count(*) FROM unfinished"));
    }

    [Fact]
    public async Task A_writer_of_a_large_message_waits_while_the_store_is_behind()
    {
        using var gate = new ManualResetEventSlim();
        await using var store = await _sqlite.OpenAsync(sql =>
        {
            if (sql.StartsWith("INSERT INTO content", StringComparison.Ordinal))
            {
                gate.Wait(TimeSpan.FromSeconds(60), Cancel);
            }
        });
        await using var content = store.CreateContent();

        var writing = content.WriteAsync(_large, Cancel);

        // One chunk is with the writer, the next is full: no more is taken from the client.
        Assert.False(writing.IsCompleted);
        Assert.Equal(2 * 64 * 1024, content.Length);
        gate.Set();
        await writing;
        var message = _sqlite.Message();
        await store.EnqueueAsync(message, content, Cancel);
        Assert.Equal(_large, await SqliteFixture.ReadAsync(store, message.Envelope.Id));
    }

    [Fact]
    public async Task Fifty_sessions_that_end_during_a_sync_share_the_next_one()
    {
        using var gate = new ManualResetEventSlim();
        var syncing = new TaskCompletionSource();
        await using var store = await _sqlite.OpenAsync(sql =>
        {
            if (sql == "COMMIT")
            {
                syncing.TrySetResult();
                gate.Wait(TimeSpan.FromSeconds(60), Cancel);
            }
        });
        var first = _sqlite.EnqueueAsync(store);
        await syncing.Task;

        var others = Enumerable.Range(0, 50).Select(_ => _sqlite.EnqueueAsync(store)).ToArray();
        gate.Set();
        await Task.WhenAll(others.Append(first));

        Assert.Equal(2, (await store.TotalsAsync(Cancel)).Syncs);
    }

    [Fact]
    public async Task Another_program_can_write_soon_after_the_last_operation()
    {
        await using var store = await _sqlite.OpenAsync();
        await _sqlite.EnqueueAsync(store);
        var part = Assert.Single(await _sqlite.TakeAsync(store));

        await _sqlite.TickAsync(store);
        await _sqlite.TickAsync(store);

        Assert.Equal(part.Lease.Token, _sqlite.Ask("UPDATE meta SET value = value WHERE name = 'probe'; SELECT token FROM part"));
    }

    [Fact]
    public async Task Space_is_given_back_in_quiet_moments()
    {
        await using var store = await _sqlite.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await _sqlite.EnqueueAsync(store, _large);
        }

        foreach (var part in await _sqlite.TakeAsync(store))
        {
            var start = new AttemptStart(part.Lease, "hve1@contoso.com", [0], [], _clock.GetUtcNow());
            var granted = Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start, Cancel));
            var relayed = new RecipientEnd(0, Outcome.Relayed, "250 2.0.0 OK");
            await store.CompleteAsync(new AttemptEnd(granted.AttemptId, part.Lease, _clock.GetUtcNow(), [relayed]), Cancel);
        }

        for (var i = 0; i < 20; i++)
        {
            await _sqlite.TickAsync(store);
        }

        await _sqlite.TidiesAsync(store);
        Assert.InRange(new FileInfo(_sqlite.File).Length, 1, 3_000_000);
    }

    [Fact]
    public async Task What_is_handed_in_after_the_end_is_refused()
    {
        var store = await _sqlite.OpenAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => _sqlite.EnqueueAsync(store));
    }

    private static async Task CopyAsync(string from, string to)
    {
        // Closing it takes SQLite's locks from this process, which nobody else is there to see.
        await using var source = new FileStream(
            from, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete });
        await using var copy = File.Create(to);
        await source.CopyToAsync(copy, Cancel);
    }
}
