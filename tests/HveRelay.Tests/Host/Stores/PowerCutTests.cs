using HveRelay.Tests.Support;
using HveRelay.Tests.Support.Disk;

namespace HveRelay.Tests.Host.Stores;

/// <summary>
/// Promises 1 to 3 below SQLite: whatever write, sync, cut or removal of a file the power fails at, and whatever of the unsynced has
/// reached the disk by then, and whichever of them fails while the relay runs.
/// </summary>
[Trait("Category", "Long")]
public sealed class PowerCutTests
{
    /// <summary>So few that checkpoints come beside the work and start the WAL over, several times in these days.</summary>
    private const int FewPages = 6;
    private const int IoErrorWrite = 778, IoErrorSync = 1034, IoErrorTruncate = 1546, IoErrorDelete = 2570, Full = 13;

    [Theory]
    [InlineData(nameof(Unsynced.Kept), 2048)]
    [InlineData(nameof(Unsynced.KeptAndHalfOfTheNext), 2048)]
    [InlineData(nameof(Unsynced.Lost), 2048)]
    [InlineData(nameof(Unsynced.Torn), 2048)]
    [InlineData(nameof(Unsynced.Lost), FewPages)]
    [InlineData(nameof(Unsynced.Torn), FewPages)]
    public async Task Wherever_the_power_fails_what_was_acknowledged_is_there_and_nothing_is_half_there(string unsynced, int checkpointPages)
    {
        var clock = new ManualClock();
        using var sqlite = new SqliteFixture(clock);
        using var disk = new WatchedDisk(sqlite.Directory.Path);
        var life = new QueueLife(clock, disk, sqlite, checkpointPages);
        await life.LiveAsync();
        var operations = disk.Operations;
        Assert.Equal(0, life.Faults);
        Assert.InRange(operations.Count, 100, 2000);

        for (var cut = 0; cut <= operations.Count; cut++)
        {
            await HoldsAsync(life, clock, operations, cut, Enum.Parse<Unsynced>(unsynced), cut);
        }
    }

    [Theory]
    [InlineData(IoErrorWrite, 1, 2048)]
    [InlineData(Full, 5, 2048)]
    [InlineData(IoErrorWrite, 1, FewPages)]
    [InlineData(Full, 5, FewPages)]
    public async Task Whichever_write_sync_or_removal_fails_and_the_next_few_the_promises_hold_after_a_power_cut(
        int writeFault, int failures, int checkpointPages)
    {
        var failed = true;
        for (var n = 1; failed; n++)
        {
            var clock = new ManualClock();
            using var sqlite = new SqliteFixture(clock);
            using var disk = new WatchedDisk(sqlite.Directory.Path);
            var left = n;
            disk.Fault = operation => --left <= 0 && left > -failures ? CodeOf(operation, writeFault) : 0;
            var life = new QueueLife(clock, disk, sqlite, checkpointPages);
            await life.LiveAsync();
            failed = left <= 0;

            // A sync that failed has lost what it was to save, and no later one may be believed for it.
            await HoldsAsync(life, clock, disk.Operations, disk.Count, Unsynced.Lost, n);
        }
    }

    private static int CodeOf(DiskOperation operation, int writeFault) => operation switch
    {
        DiskOperation.Sync => IoErrorSync,
        DiskOperation.Truncate => IoErrorTruncate,
        DiskOperation.Delete => IoErrorDelete,
        _ => writeFault,
    };

    private static async Task HoldsAsync(
        QueueLife life, ManualClock clock, IReadOnlyList<DiskOperation> operations, int cut, Unsynced unsynced, int n)
    {
        using var after = new SqliteFixture(clock);
        DiskImage.After(operations, cut, unsynced, new Random(n)).WriteTo(after.Directory.Path);
        try
        {
            await life.HoldsAsync(after, cut);
        }
        catch (Exception broken)
        {
            throw new InvalidOperationException(
                $"n = {n}, {cut} of {operations.Count} operations, then {operations.ElementAtOrDefault(cut)}; unsynced {unsynced}", broken);
        }
    }
}
