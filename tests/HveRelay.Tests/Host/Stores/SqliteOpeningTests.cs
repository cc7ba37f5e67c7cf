using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public sealed class SqliteOpeningTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;

    public SqliteOpeningTests() => _sqlite = new SqliteFixture(_clock);

    public void Dispose() => _sqlite.Dispose();

    [Fact]
    public async Task A_second_relay_in_the_same_directory_is_told_of_the_first()
    {
        await using var first = await _sqlite.OpenAsync();

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync());

        Assert.Contains("another relay runs", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_sqlite.Directory.Path, refused.Message, StringComparison.Ordinal);
        Assert.Throws<StoreOpenException>(() => SqliteQueueStore.SetAside(_sqlite.Directory.Path, _clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_missing_directory_is_named_and_not_made()
    {
        var missing = _sqlite.Directory.File("missing");

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync(directory: missing));

        Assert.Contains($"{missing} does not exist", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task An_unwritable_directory_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a directory that not even root may write");
        const string Unwritable = "/proc";

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync(directory: Unwritable));

        Assert.Contains("the data directory /proc cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named_and_left_alone()
    {
        var garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(_sqlite.File, garbage);

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync());

        Assert.Contains(_sqlite.File, refused.Message, StringComparison.Ordinal);
        Assert.Contains("set it aside", refused.Message, StringComparison.Ordinal);
        Assert.Equal(garbage, await File.ReadAllBytesAsync(_sqlite.File));
        Assert.Throws<StoreOpenException>(() => SqliteQueueStore.OpenReader(_sqlite.Directory.Path));
    }

    [Fact]
    public async Task Another_programs_database_is_refused_and_left_alone()
    {
        _sqlite.Ask("CREATE TABLE theirs(x)");
        var theirs = await File.ReadAllBytesAsync(_sqlite.File);

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync());

        Assert.Contains("another program", refused.Message, StringComparison.Ordinal);
        Assert.Equal(theirs, await File.ReadAllBytesAsync(_sqlite.File));
    }

    [Fact]
    public async Task A_newer_versions_queue_is_refused()
    {
        await using (await _sqlite.OpenAsync())
        {
        }

        _sqlite.Ask("PRAGMA user_version=999");

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => _sqlite.OpenAsync());
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_of_the_first_version_is_brought_up_to_date_and_keeps_its_mail()
    {
        var due = _clock.GetUtcNow().UtcTicks;
        _sqlite.Ask($"""
            {Schema.Migrations[0]}
            INSERT INTO message VALUES (7, 'a@contoso.com', {due}, {due}, 3, 1, 0, 'scanners', '10.20.3.7', 'scanner-3', NULL, NULL, 'SMTP', 1, 1, 0, NULL);
            INSERT INTO part VALUES (7, 1, 1, '{SqliteFixture.AnyLane[0].Name}', 'scanners', 1, {due}, NULL, 0, 0);
            INSERT INTO recipient VALUES (7, 1, 0, 'b@contoso.com', 0, {due}, NULL);
            INSERT INTO content VALUES (1 << 20, x'6869');
            PRAGMA application_id={Schema.ApplicationId}; PRAGMA user_version=1;
            """);
        var early = Assert.Throws<StoreOpenException>(() => SqliteQueueStore.OpenReader(_sqlite.Directory.Path));
        Assert.Contains("older version of the relay: start the relay", early.Message, StringComparison.Ordinal);

        await using var store = await _sqlite.OpenAsync();

        var part = Assert.Single(await _sqlite.TakeAsync(store));
        Assert.Equal("b@contoso.com", Assert.Single(part.Recipients).Address);
        Assert.Equal([0x68, 0x69], await SqliteFixture.ReadAsync(store, part.Envelope.Id));
        await store.SeenAsync([], [new Refusal(_clock.GetUtcNow(), "10.20.3.7", "scanners", null, null, null, "size", "552")], CancellationToken.None);
        await store.ProbeAsync(CancellationToken.None);
        Assert.Single(await store.RefusalsAsync("10.20.3.7", 10, CancellationToken.None));
        Assert.Equal(Schema.Migrations.Length, _sqlite.Ask("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_damaged_queue_can_be_set_aside_and_a_new_one_begun()
    {
        await File.WriteAllTextAsync(_sqlite.File, "no database at all");
        await File.WriteAllTextAsync(_sqlite.File + "-wal", "its log");

        var (names, salvaged) = SqliteQueueStore.SetAside(_sqlite.Directory.Path, _clock.GetUtcNow());

        var aside = _sqlite.File + ".damaged-20261122-031200";
        Assert.Superset(new HashSet<string> { aside, aside + "-wal" }, names.ToHashSet());
        Assert.Equal("its log", await File.ReadAllTextAsync(aside + "-wal"));
        Assert.Null(salvaged);
        Assert.Equal("no database at all", await File.ReadAllTextAsync(aside));
        await using var store = await _sqlite.OpenAsync();
        await _sqlite.EnqueueAsync(store);
    }

    [Fact]
    public async Task Only_our_user_may_read_the_queue()
    {
        await using var store = await _sqlite.OpenAsync();
        await _sqlite.EnqueueAsync(store);

        var files = Directory.GetFiles(_sqlite.Directory.Path);

        Assert.Equal(4, files.Length);
        Assert.All(files, file => Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file));
    }
}
