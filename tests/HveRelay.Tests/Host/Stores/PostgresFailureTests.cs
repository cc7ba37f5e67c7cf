using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Stores;

/// <summary>What happens when the database is gone, full, or not ours.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresFailureTests(PostgresServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_stops_is_a_fault_until_it_is_back_and_nothing_that_was_taken_is_lost()
    {
        var queue = await server.NewQueueAsync();
        await using var node = await PostgresNode.JoinAsync(queue);
        var taken = new List<Mail.MessageId>();
        var faults = new List<StoreFault>();
        var stopping = Task.CompletedTask;
        for (var (i, after) = (0, 0); after < 20; i++)
        {
            try
            {
                taken.Add(await node.EnqueueAsync());
                after += faults.Count > 0 ? 1 : 0;
            }
            catch (StoreException trouble)
            {
                faults.Add(trouble.Fault);
                await stopping;
                await server.StartAsync();
            }

            if (i == 20)
            {
                stopping = server.StopAsync();
            }
        }

        Assert.All(faults, fault => Assert.Equal(StoreFault.Unreachable, fault));
        Assert.NotEmpty(faults);
        Assert.All(taken, id => Assert.NotNull(node.Store.FindAsync(id, Cancel).AsTask().Result));
        Assert.Equal(taken.Count, (await node.Store.TotalsAsync(Cancel)).QueuedMessages);
        Assert.True(await node.Store.ProbeAsync(Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task After_an_outage_nobody_is_dead_who_comes_back_in_time()
    {
        var queue = await server.NewQueueAsync();
        await using var one = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);
        await one.EnqueueAsync();
        var part = Assert.Single(await one.TakeAsync());
        var granted = Assert.IsType<AttemptGrant.Granted>(await one.BeginAsync(part));

        await server.StopAsync();
        await Task.Delay(PostgresNode.Timeout * 1.5, TimeProvider.System, Cancel);
        await server.StartAsync();
        await Until.True(() => Recovers(other));

        Assert.True(await one.RelayAsync(part, granted));
    }

    [Fact]
    public async Task A_full_disk_of_the_database_is_said_to_be_one_and_nobody_is_let_in_meanwhile()
    {
        var queue = await server.NewQueueAsync();
        await using var node = await PostgresNode.JoinAsync(queue);
        await PostgresServer.ExecuteAsync(queue, """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END$$;
            CREATE TRIGGER full_disk BEFORE INSERT ON content EXECUTE FUNCTION full_disk()
            """);

        var trouble = await Assert.ThrowsAsync<StoreException>(() => node.EnqueueAsync());

        Assert.Equal(StoreFault.Full, trouble.Fault);
        Assert.False(node.Store.HasRoom);
        Assert.Equal(0, (await node.Store.TotalsAsync(Cancel)).QueuedMessages);
        await PostgresServer.ExecuteAsync(queue, "DROP TRIGGER full_disk ON content");
        await node.EnqueueAsync();
        await Until.True(() => node.Store.HasRoom);
    }

    [Fact]
    public async Task A_commit_whose_connection_breaks_goes_again_and_the_message_is_there_once()
    {
        var queue = await server.NewQueueAsync();
        await using var node = await PostgresNode.JoinAsync(queue);
        await PostgresServer.ExecuteAsync(queue, """
            CREATE SEQUENCE commits;
            CREATE FUNCTION break_once() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN IF nextval('commits') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END$$;
            CREATE CONSTRAINT TRIGGER break_once AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_once()
            """);

        await node.EnqueueAsync();

        Assert.Equal(2L, await PostgresServer.ExecuteAsync(queue, "SELECT last_value FROM commits"));
        Assert.Equal(1, (await node.Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task A_message_whose_commit_was_not_heard_of_is_not_taken_twice()
    {
        var queue = await server.NewQueueAsync();
        await using var way = new BrokenWay(queue);
        await using var node = await PostgresNode.JoinAsync(way.ConnectionString);
        await node.EnqueueAsync();

        // Enough connections that one is idle: a new one would hear no greeting.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.Store.TotalsAsync(Cancel).AsTask()));
        way.SwallowAnswers();
        var enqueueing = node.EnqueueAsync();
        await Until.True(() => 2L.Equals(PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM message").Result));
        way.BreakAndHeal();
        var id = await enqueueing;

        Assert.NotNull(await node.Store.FindAsync(id, Cancel));
        Assert.Equal(2, (await node.Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task An_attempt_of_which_nobody_knows_whether_it_was_written_is_not_made_and_its_part_is_free_again()
    {
        var queue = await server.NewQueueAsync();
        await using var node = await PostgresNode.JoinAsync(queue);
        await PostgresServer.ExecuteAsync(queue, """
            CREATE SEQUENCE commits;
            CREATE FUNCTION break_once() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN IF nextval('commits') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END$$;
            CREATE CONSTRAINT TRIGGER break_once AFTER INSERT ON attempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_once()
            """);
        var id = await node.EnqueueAsync();
        var rule = new QuotaRule("", 1, QuotaRule.Day);
        var part = Assert.Single(await node.TakeAsync());

        var trouble = await Assert.ThrowsAsync<StoreException>(() => node.BeginAsync(part, rule));

        Assert.Equal(StoreFault.Unreachable, trouble.Fault);
        IReadOnlyList<DuePart> again = [];
        await Until.True(() => (again = node.TakeAsync().Result).Count > 0);
        Assert.Equal(id, Assert.Single(again).Lease.Message);
        Assert.Equal(1, again[0].Attempt);
        Assert.Equal(0, await node.Store.UsedAsync("", node.Now - QuotaRule.Day, Cancel));
        Assert.IsType<AttemptGrant.Granted>(await node.BeginAsync(again[0], rule));
    }

    [Fact]
    public async Task Without_a_database_it_does_not_open_and_says_where_it_should_be_and_no_password()
    {
        var nowhere = $"Host=127.0.0.1;Port={FreePort.Next()};Database=hverelay;Username=relay;Password=hunter2";

        var store = await Assert.ThrowsAsync<StoreOpenException>(() => OpenAsync(nowhere));
        var reader = await Assert.ThrowsAsync<StoreOpenException>(() => PostgresQueueStore.OpenReaderAsync(nowhere, TimeProvider.System));

        Assert.StartsWith("the database hverelay on 127.0.0.1:", store.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", store.Message, StringComparison.Ordinal);
        Assert.Equal(store.Message, reader.Message);
        Assert.DoesNotContain("hunter2", store.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_queue_a_foreign_database_and_none_at_all_are_refused_with_a_sentence()
    {
        var queue = await server.NewQueueAsync();
        Assert.EndsWith(": start the relay, which makes it", (await Assert.ThrowsAsync<StoreOpenException>(() => ReadAsync(queue))).Message, StringComparison.Ordinal);
        await using (await OpenAsync(queue))
        {
            await using var reader = await ReadAsync(queue);
            Assert.Empty(await reader.ListAsync(new QueueFilter(), Cancel));
        }

        await PostgresServer.ExecuteAsync(queue, "UPDATE hverelay SET version = 1000");
        const string Newer = "was made by a newer version of the relay: run the version that made it, or name another database";
        Assert.EndsWith(Newer, (await Assert.ThrowsAsync<StoreOpenException>(() => OpenAsync(queue))).Message, StringComparison.Ordinal);
        Assert.EndsWith(Newer, (await Assert.ThrowsAsync<StoreOpenException>(() => ReadAsync(queue))).Message, StringComparison.Ordinal);

        var foreign = await server.NewQueueAsync();
        await PostgresServer.ExecuteAsync(foreign, "CREATE TABLE message(id int)");
        Assert.EndsWith(
            "holds tables of another program: give the relay a database of its own",
            (await Assert.ThrowsAsync<StoreOpenException>(() => OpenAsync(foreign))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_whose_commits_are_not_waited_for_is_refused()
    {
        var queue = await server.NewQueueAsync();

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => OpenAsync(queue + ";Options=-c synchronous_commit=off"));

        Assert.Equal("synchronous_commit is off for this user: a crash of the database would lose accepted mail; set it to on", refused.Message);
    }

    [Fact]
    public async Task Nodes_that_start_together_make_the_tables_once()
    {
        var queue = await server.NewQueueAsync();

        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(queue)));

        Assert.Equal(4L, await PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM node"));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        Assert.Equal(0L, await PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM node"));
    }

    private static Task<PostgresQueueStore> OpenAsync(string queue) =>
        PostgresQueueStore.OpenAsync(new PostgresStoreOptions(queue, new QueueSignal()), TimeProvider.System, NullLogger.Instance);

    private static Task<IQueueReader> ReadAsync(string queue) => PostgresQueueStore.OpenReaderAsync(queue, TimeProvider.System);

    private static bool Recovers(PostgresNode node)
    {
        try
        {
            return node.RecoverAsync().Result.Count == 0;
        }
        catch (AggregateException gone) when (gone.InnerException is StoreException)
        {
            return false;
        }
    }
}
