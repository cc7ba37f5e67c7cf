using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>A queue so large that its check after an unclean end takes longer than a start may.</summary>
public sealed class SqliteStartCheckTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;
    private readonly ManualResetEventSlim _mayBegin = new();
    private readonly TaskCompletionSource<StoreException> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteStartCheckTests() => _sqlite = new SqliteFixture(_clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Lock => _sqlite.Directory.File("hverelay.lock");

    private SqliteStoreOptions Impatient => new(_sqlite.Directory.Path)
    {
        CheckAtStart = TimeSpan.Zero,
        BeforeCheck = () => _mayBegin.Wait(TimeSpan.FromSeconds(60), Cancel),
        OnDamage = damage => _told.SetResult(damage),
    };

    public void Dispose()
    {
        _sqlite.Dispose();
        _mayBegin.Dispose();
    }

    [Fact]
    public async Task The_relay_works_while_the_check_goes_on_and_a_sound_queue_ends_cleanly()
    {
        await DieAsync(isDamaged: false);
        await using (var store = await _sqlite.OpenAsync(Impatient))
        {
            await RecoverAsync(store);
            await _sqlite.EnqueueAsync(store);
            Assert.Equal(2, (await _sqlite.TakeAsync(store)).Count);
            _mayBegin.Set();
            await Until.True(() => store.IsChecked);
        }

        Assert.Equal(0, new FileInfo(Lock).Length);
        Assert.False(_told.Task.IsCompleted);
    }

    [Fact]
    public async Task Stopped_before_the_check_is_over_the_next_start_checks_again()
    {
        await DieAsync(isDamaged: false);
        var store = await _sqlite.OpenAsync(Impatient);
        var closing = Task.Run(async () => await store.DisposeAsync(), Cancel);
        await Until.True(() => IsClosed(store));
        _mayBegin.Set();
        await closing;

        Assert.NotEqual(0, new FileInfo(Lock).Length);
    }

    [Fact]
    public async Task Damage_that_it_finds_is_told_no_mail_is_taken_and_the_next_start_saves_what_it_can()
    {
        await DieAsync(isDamaged: true);
        await using (var store = await _sqlite.OpenAsync(Impatient))
        {
            await RecoverAsync(store);
            await store.ProbeAsync(Cancel);
            _mayBegin.Set();

            var told = await _told.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

            Assert.Equal(StoreFault.Damaged, told.Fault);
            var refused = await Assert.ThrowsAsync<StoreException>(() => _sqlite.EnqueueAsync(store));
            Assert.Equal(StoreFault.Damaged, refused.Fault);
            await Assert.ThrowsAsync<StoreException>(async () => await store.ProbeAsync(Cancel));
        }

        // It does not go by the time any more: what is known to be damaged is looked at before the listeners open.
        Assert.StartsWith("the queue was damaged", await File.ReadAllTextAsync(Lock, Cancel), StringComparison.Ordinal);
        await using var next = await _sqlite.OpenAsync(Impatient);
        Assert.NotNull(next.Salvaged);
    }

    private async Task RecoverAsync(SqliteQueueStore store) =>
        await store.RecoverAsync(SqliteFixture.AnyLane, _clock.GetUtcNow(), _clock.GetUtcNow(), Cancel);

    private static bool IsClosed(SqliteQueueStore store)
    {
        try
        {
            return store.FindAsync(default, Cancel).AsTask().IsFaulted;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Leaves a queue of a relay that died.</summary>
    private async Task DieAsync(bool isDamaged)
    {
        await using (var store = await _sqlite.OpenAsync())
        {
            await _sqlite.EnqueueAsync(store, new byte[2_000_000]);
        }

        if (isDamaged)
        {
            await using var file = File.OpenWrite(_sqlite.File);
            file.Position = file.Length / 2 / 4096 * 4096;

            // As long as a chunk: no page of its chain is spared, wherever it lies.
            file.Write(new byte[64 * 1024]);
        }

        await File.WriteAllTextAsync(Lock, "running", Cancel);
    }
}
