using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>A damaged queue: found after an unclean end, set aside and never deleted, and what can be read of it goes on.</summary>
public sealed class SqliteSalvageTests : IDisposable
{
    private const int Page = 8192;
    private readonly ManualClock _clock = new();
    private readonly SqliteFixture _sqlite;
    private readonly Dictionary<MessageId, byte[]> _contents = [];
    private readonly Random _dice = new(3);

    public SqliteSalvageTests() => _sqlite = new SqliteFixture(_clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Aside => _sqlite.File + ".damaged-20261122-031200";

    public void Dispose() => _sqlite.Dispose();

    [Fact]
    public async Task After_a_clean_end_a_big_queue_starts_at_once_and_nothing_is_checked()
    {
        await FillAsync(2);
        Tear(1, PagesOf("content").Last());

        await using var store = await _sqlite.OpenAsync();

        Assert.Null(store.Salvaged);
    }

    /// <summary>Whichever page is lost: every message is taken over whole, or named as incomplete, and the damaged file is as it was.</summary>
    [Fact]
    public async Task Whichever_page_is_torn_every_other_message_goes_on()
    {
        var ids = await FillAsync(40);
        var sound = await File.ReadAllBytesAsync(_sqlite.File, Cancel);
        var saved = 0;
        for (var page = 2; page <= sound.Length / Page; page += 3)
        {
            using var torn = new SqliteFixture(_clock);
            var octets = sound.ToArray();
            _dice.NextBytes(octets.AsSpan((page - 1) * Page, Page));
            await File.WriteAllBytesAsync(torn.File, octets, Cancel);
            await File.WriteAllTextAsync(torn.Directory.File("hverelay.lock"), "running", Cancel);

            await using var store = await torn.OpenAsync();

            if (store.Salvaged is not { } salvaged)
            {
                // A page in the middle of a content, or a free one: SQLite has no checksums, but each chunk of a content has one.
                foreach (var id in ids)
                {
                    await ReadsAsItWasOrDamagedAsync(store, id);
                }

                continue;
            }

            saved++;
            Assert.Equal(octets, await File.ReadAllBytesAsync(salvaged.File, Cancel));
            var incomplete = salvaged.Incomplete.Select(line => MessageId.Parse(line[..13])).ToHashSet();
            var waiting = (await store.ListAsync(new QueueFilter(Ended: false), Cancel)).Select(entry => entry.Envelope.Id).ToList();
            Assert.Equal(salvaged.Waiting, waiting.Count);
            Assert.Empty(ids.Except(waiting).Except(incomplete));
            foreach (var id in waiting)
            {
                Assert.Equal(_contents[id], await SqliteFixture.ReadAsync(store, id));
            }
        }

        Assert.InRange(saved, 10, int.MaxValue);
    }

    [Fact]
    public async Task A_page_of_a_large_content_costs_that_message_only_and_it_is_named()
    {
        var ids = await FillAsync(3);
        Tear(1, PagesOf("content").Skip(1).First());
        await CrashAsync();

        await using var store = await _sqlite.OpenAsync();

        var salvaged = Assert.IsType<Salvaged>(store.Salvaged);
        Assert.Equal((2, 1), (salvaged.Waiting, salvaged.Incomplete.Count));
        Assert.Equal(Aside, salvaged.File);
        Assert.True(salvaged.LedgerIsWhole);
        Assert.Contains(ids, id => salvaged.Incomplete[0] == $"{id}: its content cannot be read whole");
        var parts = await _sqlite.TakeAsync(store);
        Assert.Equal(2, parts.Count);
        foreach (var part in parts)
        {
            Assert.Equal(_contents[part.Envelope.Id], await SqliteFixture.ReadAsync(store, part.Envelope.Id));
        }
    }

    [Fact]
    public async Task What_was_under_way_is_unsure_whether_or_not_its_attempt_can_be_read()
    {
        MessageId known, unknown, never;
        await using (var store = await _sqlite.OpenAsync())
        {
            known = await EnqueueAsync(store, 10);
            unknown = await EnqueueAsync(store, 10);
            foreach (var part in await _sqlite.TakeAsync(store))
            {
                Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(
                    new AttemptStart(part.Lease, "hve1@contoso.com", [0], [new QuotaRule(QuotaRule.Tenant, 100, QuotaRule.Day)], _clock.GetUtcNow()), Cancel));
            }

            never = await EnqueueAsync(store, 10);
            await EnqueueAsync(store, 200_000);
        }

        _sqlite.Ask($"DELETE FROM attempt WHERE message = {unknown.Value}");
        Tear(1, PagesOf("content").Last());
        await CrashAsync();

        await using var reopened = await _sqlite.OpenAsync();
        var recovered = await reopened.RecoverAsync(SqliteFixture.AnyLane, _clock.GetUtcNow(), _clock.GetUtcNow(), Cancel);

        Assert.Equal(3, Assert.IsType<Salvaged>(reopened.Salvaged).Waiting);
        Assert.Equal([known, unknown], recovered.Select(attempt => attempt.Envelope.Id).Order());
        Assert.Equal(2, await reopened.UsedAsync(QuotaRule.Tenant, _clock.GetUtcNow().AddDays(-1), Cancel));
        Assert.Equal([known, unknown, never], (await _sqlite.TakeAsync(reopened)).Select(part => part.Envelope.Id).Order());
    }

    [Fact]
    public async Task History_and_ledger_go_on_too()
    {
        await using (var store = await _sqlite.OpenAsync())
        {
            await EnqueueAsync(store, 10);
            var part = Assert.Single(await _sqlite.TakeAsync(store));
            var start = new AttemptStart(part.Lease, "hve1@contoso.com", [0], [new QuotaRule(QuotaRule.Tenant, 1, QuotaRule.Day)], _clock.GetUtcNow());
            var granted = Assert.IsType<AttemptGrant.Granted>(await store.BeginAsync(start, Cancel));
            await store.CompleteAsync(
                new AttemptEnd(granted.AttemptId, part.Lease, _clock.GetUtcNow(), [new RecipientEnd(0, Outcome.Relayed, "250 2.0.0 OK")]), Cancel);
            await EnqueueAsync(store, 200_000);
        }

        Tear(1, PagesOf("content").Last());
        await CrashAsync();

        await using var reopened = await _sqlite.OpenAsync();

        Assert.Equal((0, 1, 1), (reopened.Salvaged!.Waiting, reopened.Salvaged.Ended, reopened.Salvaged.Incomplete.Count));
        Assert.Equal("250 2.0.0 OK", Assert.Single(await reopened.ListAsync(new QueueFilter(), Cancel)).LastReply);
        Assert.Equal(1, await reopened.UsedAsync(QuotaRule.Tenant, _clock.GetUtcNow().AddDays(-1), Cancel));
    }

    /// <summary>The same, cut short at each renaming.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_while_the_damaged_queue_is_set_aside_only_delays_it(bool logWasRenamed)
    {
        var id = await FillAsync(1);
        File.Copy(_sqlite.File, _sqlite.File + ".recovered-20261122-031200");
        await File.WriteAllTextAsync(_sqlite.File, "damaged", Cancel);
        await File.WriteAllTextAsync((logWasRenamed ? Aside : _sqlite.File) + "-wal", "its log", Cancel);

        await using var store = await _sqlite.OpenAsync();

        Assert.Equal(id[0], Assert.Single(await store.ListAsync(new QueueFilter(), Cancel)).Envelope.Id);
        Assert.Equal("damaged", await File.ReadAllTextAsync(Aside, Cancel));
        Assert.Equal("its log", await File.ReadAllTextAsync(Aside + "-wal", Cancel));
    }

    [Fact]
    public async Task Damage_that_shows_while_it_runs_stops_new_mail_until_it_is_gone_and_makes_the_next_start_check()
    {
        var torn = false;
        await using (var store = await _sqlite.OpenAsync(sql => _ = torn && sql.StartsWith("UPDATE meta", StringComparison.Ordinal)
            ? throw new Microsoft.Data.Sqlite.SqliteException("database disk image is malformed", 11)
            : 0))
        {
            await EnqueueAsync(store, 10);
            torn = true;
            Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask())).Fault);
            torn = false;

            Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(() => EnqueueAsync(store, 10))).Fault);
            Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Cancel).AsTask())).Fault);
            Assert.Single(await _sqlite.TakeAsync(store));

            // A minute later the file is looked at, and nothing is wrong with it.
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Assert.ThrowsAsync<StoreException>(() => EnqueueAsync(store, 10));
            await Until.TrueAsync(async () => await Record.ExceptionAsync(() => EnqueueAsync(store, 10)) is null, "new mail is taken again");
        }

        Assert.NotEqual(0, new FileInfo(_sqlite.Directory.File("hverelay.lock")).Length);
    }

    [Fact]
    public async Task A_torn_page_that_is_read_while_it_runs_stops_new_mail()
    {
        var ids = await FillAsync(2);
        Tear(1, PagesOf("content").Skip(1).First());
        await using var store = await _sqlite.OpenAsync();

        var fault = default(StoreException);
        foreach (var id in ids)
        {
            fault ??= await Record.ExceptionAsync(() => SqliteFixture.ReadAsync(store, id)) as StoreException;
        }

        Assert.Equal(StoreFault.Damaged, fault?.Fault);
        Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(() => EnqueueAsync(store, 10))).Fault);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(StoreFault.Damaged, (await Assert.ThrowsAsync<StoreException>(() => EnqueueAsync(store, 10))).Fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    public async Task An_octet_that_the_disk_has_changed_never_leaves_as_the_message(int at)
    {
        var ids = await FillAsync(3);
        var octets = await File.ReadAllBytesAsync(_sqlite.File, Cancel);
        octets[octets.AsSpan().IndexOf(_contents[ids[2]].AsSpan(at, 16))] ^= 1;
        await File.WriteAllBytesAsync(_sqlite.File, octets, Cancel);
        await using var store = await _sqlite.OpenAsync();

        var damage = await Assert.ThrowsAsync<StoreException>(() => SqliteFixture.ReadAsync(store, ids[2]));

        Assert.Equal((StoreFault.Damaged, $"chunk {at / 65_536} of message {ids[2]} is not what was stored"), (damage.Fault, damage.Message));
        Assert.Equal(_contents[ids[1]], await SqliteFixture.ReadAsync(store, ids[1]));
        await EnqueueAsync(store, 10);
    }

    private async Task ReadsAsItWasOrDamagedAsync(SqliteQueueStore store, MessageId id)
    {
        try
        {
            Assert.Equal(_contents[id], await SqliteFixture.ReadAsync(store, id));
        }
        catch (StoreException damage)
        {
            Assert.Equal(StoreFault.Damaged, damage.Fault);
        }
    }

    private async Task<List<MessageId>> FillAsync(int messages)
    {
        var ids = new List<MessageId>();
        await using var store = await _sqlite.OpenAsync();
        for (var i = 0; i < messages; i++)
        {
            ids.Add(await EnqueueAsync(store, i % 2 == 0 ? 100_000 : 2_000));
        }

        return ids;
    }

    private async Task<MessageId> EnqueueAsync(SqliteQueueStore store, int size)
    {
        var content = new byte[size];
        _dice.NextBytes(content);
        var message = _sqlite.Message();
        _contents[message.Envelope.Id] = content;
        return await _sqlite.EnqueueAsync(store, content, message with { Envelope = message.Envelope with { Size = size } });
    }

    private Task CrashAsync() => File.WriteAllTextAsync(_sqlite.Directory.File("hverelay.lock"), "running", Cancel);

    /// <summary>The pages of a table's rows that are too long for one: the chain of each begins with the number of the next page.</summary>
    private List<int> PagesOf(string table)
    {
        var root = _sqlite.Ask($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'");
        var octets = File.ReadAllBytes(_sqlite.File);
        var pages = Enumerable.Range(1, octets.Length / Page).Where(page => page != root && IsLeafOfTable(octets, page)).ToList();
        Assert.NotEmpty(pages);
        return pages;
    }

    /// <summary>An overflow page points at another overflow page, and is full of random octets.</summary>
    private static bool IsLeafOfTable(byte[] octets, int page)
    {
        var at = (page - 1) * Page;
        var next = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(at));
        return next > 1 && next <= octets.Length / Page && octets.AsSpan(at + 4, Page - 4).ToArray().Distinct().Count() > 250;
    }

    private void Tear(int count, int page)
    {
        using var file = File.OpenWrite(_sqlite.File);
        file.Position = (page - 1) * Page;
        file.Write(Enumerable.Repeat((byte)0x5a, count * Page).ToArray());
    }
}
