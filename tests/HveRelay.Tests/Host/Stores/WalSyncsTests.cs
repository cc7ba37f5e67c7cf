using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public sealed class WalSyncsTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly ManualClock _clock = new();
    private readonly Disk _disk;
    private readonly WalSyncs _syncs;

    public WalSyncsTests()
    {
        _disk = new Disk(_clock);
        _syncs = new WalSyncs(_disk.OpenSync, 0, _clock, () => { });
    }

    public void Dispose()
    {
        _disk.GoOn.Release(100);
        _syncs.Dispose();
    }

    [Fact]
    public void On_a_quick_disk_it_is_answered_before_the_writer_goes_on()
    {
        var (operation, done) = Waiting();

        _syncs.Begin(3, [operation]);

        Assert.True(done.IsCompletedSuccessfully);
        Assert.Equal((1, TimeSpan.Zero), (_syncs.Count, _syncs.UntilNext));
    }

    [Fact]
    public async Task On_a_slow_disk_the_next_begins_a_millisecond_after_the_last_and_beside_it()
    {
        await BecomeSlowAsync();
        var (first, firstDone) = Waiting();
        var (second, secondDone) = Waiting();

        _syncs.Begin(4, [first]);
        Assert.Equal(TimeSpan.FromMilliseconds(1), _syncs.UntilNext);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, _syncs.UntilNext);
        _syncs.Begin(5, [second]);
        await _disk.BegunAsync(2);
        Assert.False(firstDone.IsCompleted || secondDone.IsCompleted);

        _disk.GoOn.Release(2);
        await Task.WhenAll(firstDone, secondDone).WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task No_more_than_eight_are_under_way()
    {
        await BecomeSlowAsync();
        for (var frames = 1; frames <= 8; frames++)
        {
            Assert.NotEqual(Timeout.InfiniteTimeSpan, _syncs.UntilNext);
            _syncs.Begin(frames, [Waiting().Operation]);
        }

        Assert.Equal(Timeout.InfiniteTimeSpan, _syncs.UntilNext);
    }

    [Fact]
    public void After_a_failure_nobody_is_answered_and_what_the_last_good_one_saved_is_known()
    {
        _syncs.Begin(7, [Waiting().Operation]);
        _disk.Fails = true;
        var (lost, lostDone) = Waiting();
        var (later, laterDone) = Waiting();

        _syncs.Begin(9, [lost]);
        Assert.IsType<IOException>(_syncs.Failure);
        _disk.Fails = false;
        _syncs.Begin(11, [later]);

        _syncs.Drain();
        Assert.False(lostDone.IsCompleted || laterDone.IsCompleted);
        var (frames, operations) = _syncs.Forget();
        Assert.Equal(7, frames);
        Assert.Equal([lost, later], operations);
    }

    [Fact]
    public void When_the_WAL_starts_over_nothing_of_the_new_one_is_saved_yet()
    {
        _syncs.Begin(7, [Waiting().Operation]);
        _syncs.StartOver();
        _disk.Fails = true;
        _syncs.Begin(2, [Waiting().Operation]);

        Assert.Equal(0, _syncs.Forget().Frames);
    }

    [Fact]
    public void After_a_failure_no_descriptor_is_used_that_has_yet_to_tell_of_it()
    {
        _syncs.Begin(1, [Waiting().Operation]);
        _disk.Fails = true;
        _syncs.Begin(2, [Waiting().Operation]);
        _disk.Fails = false;
        Assert.Equal(8, _disk.Open);

        _syncs.Forget();
        Assert.Equal(0, _disk.Open);
        var (operation, done) = Waiting();
        _syncs.Begin(2, [operation]);

        Assert.True(done.IsCompletedSuccessfully);
        Assert.Equal(8, _disk.Open);
    }

    private static (Operation Operation, Task Done) Waiting()
    {
        var operation = new Operation<bool>(Need.Sync, _ => true);
        return (operation, operation.Done);
    }

    private async Task BecomeSlowAsync()
    {
        _disk.Takes = TimeSpan.FromMilliseconds(5);
        var (operation, done) = Waiting();
        _syncs.Begin(1, [operation]);
        await done.WaitAsync(Bound, TestContext.Current.CancellationToken);
        _disk.Waits = true;
    }

    /// <summary>Its syncs take as long as said on the clock that is handed in, or until they are let go.</summary>
    private sealed class Disk(ManualClock clock)
    {
        private readonly SemaphoreSlim _begun = new(0);

        public SemaphoreSlim GoOn { get; } = new(0);

        public TimeSpan Takes { get; set; }

        public bool Fails { get; set; }

        public bool Waits { get; set; }

        public int Open { get; private set; }

        public async Task BegunAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(await _begun.WaitAsync(Bound, TestContext.Current.CancellationToken));
            }
        }

        public IWalSync OpenSync()
        {
            Open++;
            return new Sync(this);
        }

        private sealed class Sync(Disk disk) : IWalSync
        {
            public void Run()
            {
                if (disk.Fails)
                {
                    throw new IOException("the disk fails, as told");
                }

                if (disk.Waits)
                {
                    disk._begun.Release();
                    Assert.True(disk.GoOn.Wait(Bound));
                }
                else
                {
                    disk.Advance();
                }
            }

            public void Dispose() => disk.Open--;
        }

        private void Advance() => clock.Advance(Takes);
    }
}
