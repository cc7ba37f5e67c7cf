using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using HveRelay.Tests.Support.Disk;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Host.Stores;

/// <summary>A sync fails while the relay works: what it was to save is told lost, and is lost.</summary>
public sealed class SqliteSyncFailureTests : IDisposable
{
    private const int IoErrorSync = 1034;
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;
    private readonly WatchedDisk _disk;

    public SqliteSyncFailureTests()
    {
        _sqlite = new SqliteFixture(_clock);
        _disk = new WatchedDisk(_sqlite.Directory.Path);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SqliteStoreOptions Options => new(_sqlite.Directory.Path) { Wal = new WatchedWal(_disk, _sqlite.Directory.Path) };

    public void Dispose()
    {
        _disk.Dispose();
        _sqlite.Dispose();
    }

    [Fact]
    public async Task What_it_lost_is_gone_and_what_was_saved_before_and_comes_after_is_there()
    {
        await using var store = await OpenAsync();
        var before = await _sqlite.EnqueueAsync(store);
        FailNextSync();
        var lost = await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
        var after = await _sqlite.EnqueueAsync(store);

        Assert.Equal(StoreFault.Unwritable, lost.Fault);
        var listed = await store.ListAsync(new QueueFilter(), Cancel);
        Assert.Equal([before, after], listed.Select(each => each.Envelope.Id).Order());
        Assert.Equal(1, _sqlite.Ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"));
    }

    [Fact]
    public async Task A_large_content_of_which_it_lost_the_beginning_has_to_be_sent_again()
    {
        await using var store = await OpenAsync();
        await using var large = store.CreateContent();
        await large.WriteAsync(new byte[200_000], Cancel);
        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());

        var lost = await Assert.ThrowsAsync<StoreException>(() => store.EnqueueAsync(_sqlite.Message(), large, Cancel).AsTask());

        Assert.Equal(StoreFault.ContentLost, lost.Fault);
        await large.DisposeAsync();
        await store.ProbeAsync(Cancel);
        Assert.Equal(0, _sqlite.Ask("SELECT count(*) FROM content"));
    }

    [Fact]
    public async Task While_another_program_reads_no_mail_is_taken_and_then_it_goes_on()
    {
        await using var store = await OpenAsync();
        var before = await _sqlite.EnqueueAsync(store);
        using (var other = Database.OpenReader(_sqlite.File))
        {
            Assert.Equal(1, other.Number("SELECT count(*) FROM message"));
            FailNextSync();
            await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
            var waiting = await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
            Assert.Equal(StoreFault.Locked, waiting.Fault);
        }

        var after = await _sqlite.EnqueueAsync(store);
        Assert.Equal([before, after], (await store.ListAsync(new QueueFilter(), Cancel)).Select(each => each.Envelope.Id).Order());
    }

    /// <summary>What the next start wrote would lie behind a hole in the WAL, which the reader's index takes for pages.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_relay_that_ended_while_another_program_read_is_not_started_before_that_ends(bool isChecked)
    {
        var first = await OpenAsync();
        var before = await _sqlite.EnqueueAsync(first);
        using (var other = Database.OpenReader(_sqlite.File))
        {
            other.Execute("BEGIN");
            Assert.Equal(1, other.Number("SELECT count(*) FROM message"));
            await first.ProbeAsync(Cancel);
            FailNextSync();
            await Assert.ThrowsAsync<StoreException>(() => first.ProbeAsync(Cancel).AsTask());
            await first.DisposeAsync();
            var lockFile = _sqlite.Directory.File("hverelay.lock");
            Assert.NotEqual(0, new FileInfo(lockFile).Length);
            await File.WriteAllTextAsync(lockFile, isChecked ? "running" : string.Empty, Cancel);

            var refused = await Assert.ThrowsAsync<StoreOpenException>(OpenAsync);

            Assert.Contains("another program reads the queue as it was before a sync failed", refused.Message, StringComparison.Ordinal);
        }

        await using var store = await OpenAsync();
        Assert.Equal(before, Assert.Single(await _sqlite.TakeAsync(store)).Envelope.Id);
    }

    [Fact]
    public async Task A_lease_that_it_lost_is_no_lease()
    {
        await using var store = await OpenAsync();
        await _sqlite.EnqueueAsync(store);
        var first = Assert.Single(await _sqlite.TakeAsync(store));
        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());
        var second = Assert.Single(await _sqlite.TakeAsync(store));

        var start = new AttemptStart(first.Lease, "hve1@contoso.com", [0], [], _clock.GetUtcNow());
        Assert.IsType<AttemptGrant.LeaseLost>(await store.BeginAsync(start, Cancel));
        Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start with { Lease = second.Lease }, Cancel));
    }

    [Fact]
    public async Task What_an_earlier_run_left_in_the_WAL_stays_when_the_first_sync_fails()
    {
        var first = await OpenAsync();
        var before = await _sqlite.EnqueueAsync(first);
        using var other = Database.OpenReader(_sqlite.File);
        other.Execute("BEGIN");
        Assert.Equal(1, other.Number("SELECT count(*) FROM message"));
        await first.DisposeAsync();
        await using var store = await OpenAsync();

        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
        other.Dispose();

        Assert.Equal(before, Assert.Single(await _sqlite.TakeAsync(store)).Envelope.Id);
    }

    [Fact]
    public async Task A_commit_that_writes_nothing_does_not_make_what_was_saved_before_it_be_forgotten()
    {
        var fails = false;
        var options = Options with { BeforeWrite = sql => _ = fails && sql == "COMMIT" ? throw new SqliteException("as told", 13) : 0 };
        await using var store = await _sqlite.OpenAsync(options);
        var before = await _sqlite.EnqueueAsync(store);
        fails = true;
        await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
        fails = false;
        await store.ReleaseAsync([], null, Cancel);

        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));

        Assert.Equal(before, Assert.Single(await _sqlite.TakeAsync(store)).Envelope.Id);
    }

    [Fact]
    public async Task What_a_sync_lost_is_gone_also_where_the_WAL_started_over_and_is_as_long_as_before()
    {
        await using var store = await OpenAsync();
        await store.ProbeAsync(Cancel);
        await _sqlite.TidiesAsync(store);
        var before = _sqlite.Ask("SELECT value FROM meta WHERE name = 'probe'");

        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());

        Assert.Equal(before, _sqlite.Ask("SELECT value FROM meta WHERE name = 'probe'"));
    }

    /// <summary>It was answered before its sync, and a part stayed leased to nobody for three quarters of an hour.</summary>
    [Fact]
    public async Task A_part_that_was_given_back_is_not_leased_again_by_a_failed_sync()
    {
        await using var store = await OpenAsync();
        await _sqlite.EnqueueAsync(store);
        var part = Assert.Single(await _sqlite.TakeAsync(store));
        await store.ProbeAsync(Cancel);

        await store.ReleaseAsync([part.Lease], null, Cancel);
        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());

        Assert.Single(await _sqlite.TakeAsync(store));
    }

    /// <summary>It had ended long before, and its connection stood in the way of the cut until the relay was started anew.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_check_after_an_unclean_end_keeps_no_mail_out_whether_it_is_over_or_goes_on(bool isOver)
    {
        await using (var first = await OpenAsync())
        {
            // So large that SQLite asks meanwhile whether the check is to go on.
            await _sqlite.EnqueueAsync(first, new byte[16_000_000]);
        }

        await File.WriteAllTextAsync(_sqlite.Directory.File("hverelay.lock"), "running", Cancel);
        using var mayBegin = new ManualResetEventSlim();
        await using var store = await _sqlite.OpenAsync(
            Options with { CheckAtStart = TimeSpan.Zero, BeforeCheck = () => mayBegin.Wait(TimeSpan.FromSeconds(60), Cancel) });
        if (isOver)
        {
            await store.RecoverAsync(SqliteFixture.AnyLane, _clock.GetUtcNow(), _clock.GetUtcNow(), Cancel);
        }

        // The first to write an empty WAL has its header synced by SQLite.
        await store.ProbeAsync(Cancel);
        mayBegin.Set();
        await Until.True(() => store.IsChecked || !isOver);
        FailNextSync();
        await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask());

        var after = await _sqlite.EnqueueAsync(store);

        Assert.Contains(after, (await store.ListAsync(new QueueFilter(), Cancel)).Select(each => each.Envelope.Id));
        Assert.Equal(isOver, store.IsChecked);
    }

    private Task<SqliteQueueStore> OpenAsync() => _sqlite.OpenAsync(Options);

    private void FailNextSync()
    {
        var isNext = true;
        _disk.Fault = operation => isNext && operation is DiskOperation.Sync && !(isNext = false) ? IoErrorSync : 0;
    }
}
