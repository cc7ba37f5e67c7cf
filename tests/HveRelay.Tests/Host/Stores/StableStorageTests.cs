using HveRelay.Stores;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>/dev/null can be written and not synced: the system refuses it with EINVAL.</summary>
public sealed class StableStorageTests
{
    private const string CannotBeSynced = "/dev/null";

    [Fact]
    public void A_sync_that_the_system_refuses_is_not_taken_for_one_that_worked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such file");
        using var file = new FileStream(CannotBeSynced, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        Assert.Throws<IOException>(() => StableStorage.Sync(file));
    }

    [Fact]
    public void The_WAL_hears_of_it_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such file");
        using var sync = new WalFile(CannotBeSynced).OpenSync();

        Assert.Throws<IOException>(sync.Run);
    }

    [Fact]
    public void What_a_stream_still_holds_is_written_first()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("written");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        file.Write("hi"u8);

        StableStorage.Sync(file);

        Assert.Equal(2, new FileInfo(path).Length);
    }
}
