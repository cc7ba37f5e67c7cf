using System.Collections.Concurrent;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>Several nodes on one queue.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresNodesTests(PostgresServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_dead_node_had_in_hand_another_puts_in_order_and_finishes()
    {
        var queue = await server.NewQueueAsync();
        await using var dead = await PostgresNode.JoinAsync(queue);
        await using var alive = await PostgresNode.JoinAsync(queue);
        var begun = await dead.EnqueueAsync("a@contoso.com", "b@contoso.com");
        var attempted = Assert.Single(await dead.TakeAsync());
        var granted = Assert.IsType<AttemptGrant.Granted>(await dead.BeginAsync(attempted, new QuotaRule("", 100, QuotaRule.Day)));
        var leased = await dead.EnqueueAsync();
        var taken = Assert.Single(await dead.TakeAsync());
        Assert.Empty(await alive.RecoverAsync());
        Assert.Empty(await alive.TakeAsync());

        await dead.CutAsync();
        var recovered = Assert.Single(await RecoveredAsync(alive));

        Assert.Equal((begun, 1, "hve1@contoso.com"), (recovered.Envelope.Id, recovered.Part, recovered.Account));
        Assert.Equal(["a@contoso.com", "b@contoso.com"], recovered.Recipients);
        Assert.Equal(2, await alive.Store.UsedAsync("", alive.Now - QuotaRule.Day, Cancel));
        Assert.All(
            Assert.Single((await alive.Store.FindAsync(begun, Cancel))!.Attempts).Results, each => Assert.Equal(Outcome.Unsure, each.Outcome));
        var again = await alive.TakeAsync();
        Assert.Equal([begun, leased], again.Select(part => part.Lease.Message).Order());
        foreach (var part in again)
        {
            Assert.True(await alive.RelayAsync(part, Assert.IsType<AttemptGrant.Granted>(await alive.BeginAsync(part))));
        }

        // It was not dead, only cut off: what it holds is worth nothing any more.
        await dead.LetInAsync();
        await Until.True(() => Answers(dead));
        Assert.False(await dead.RelayAsync(attempted, granted));
        Assert.IsType<AttemptGrant.LeaseLost>(await dead.BeginAsync(taken));
        Assert.Equal(0, (await dead.Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task Who_was_buried_and_lives_takes_mail_again_when_it_has_said_so()
    {
        var queue = await server.NewQueueAsync();
        await using var cut = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);
        await cut.CutAsync();
        await Until.True(() => Number(queue, "SELECT count(*) FROM node").Result == 1 || other.RecoverAsync().Result.Count > 0);

        await cut.LetInAsync();
        await Until.True(() => Number(queue, "SELECT count(*) FROM node").Result == 2);
        var id = await cut.EnqueueAsync();

        Assert.Equal(id, Assert.Single(await cut.TakeAsync()).Lease.Message);
        Assert.Empty(await other.RecoverAsync());
        Assert.Empty(await other.TakeAsync());
    }

    [Fact]
    public async Task Who_was_buried_and_lives_serves_its_lanes_again()
    {
        var queue = await server.NewQueueAsync();
        await using var cut = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);
        await cut.Store.RecoverAsync(PostgresNode.AnyLane, cut.Now, cut.Now, Cancel);
        await other.EnqueueAsync();
        await cut.CutAsync();
        await Until.True(() => other.RecoverAsync().Result.Count > 0 || Number(queue, "SELECT count(*) FROM node").Result == 1);
        Assert.Single(await other.Store.UnservedAsync([], Cancel));

        await cut.LetInAsync();
        await Until.True(() => Number(queue, "SELECT count(*) FROM node").Result == 2);

        Assert.Empty(await other.Store.UnservedAsync([], Cancel));
    }

    [Fact]
    public async Task An_account_that_one_node_was_told_to_pause_the_other_resumes_at_once()
    {
        const string Account = "hve1@contoso.com";
        var queue = await server.NewQueueAsync();
        await using var one = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);
        var (here, there) = (OperatorOf(one), OperatorOf(other));
        var pause = new AccountPause(Account, one.Now, "alice", null);

        Assert.True(await here.PauseAsync(pause, Cancel));
        Assert.False(await there.PauseAsync(pause, Cancel));
        Assert.True(await there.ResumeAsync(Account, Cancel));

        Assert.Empty(await one.Store.PausesAsync(Cancel));
        Assert.False(await here.ResumeAsync(Account, Cancel));

        static AccountOperator OperatorOf(PostgresNode node)
        {
            var board = new AccountBoard(node.Store.Clock, new MailLog(node.Store.Clock, _ => { }));
            board.Add(Account);
            return new AccountOperator(node.Store, board, node.Signal);
        }
    }

    [Fact]
    public async Task A_node_that_leaves_gives_back_what_it_has_in_hand_at_once()
    {
        var queue = await server.NewQueueAsync();
        await using var stays = await PostgresNode.JoinAsync(queue);
        var leaves = await PostgresNode.JoinAsync(queue);
        var id = await leaves.EnqueueAsync();
        Assert.Single(await leaves.TakeAsync());

        await leaves.DisposeAsync();
        Assert.Empty(await stays.RecoverAsync());

        Assert.Equal(id, Assert.Single(await stays.TakeAsync()).Lease.Message);
    }

    [Fact]
    public async Task Content_that_a_dead_node_did_not_finish_is_removed_and_that_of_the_living_is_not()
    {
        var queue = await server.NewQueueAsync();
        await using var dead = await PostgresNode.JoinAsync(queue);
        await using var alive = await PostgresNode.JoinAsync(queue);
        await using var lost = dead.Store.CreateContent();
        await using var kept = alive.Store.CreateContent();
        await lost.WriteAsync(new byte[300_000], Cancel);
        await kept.WriteAsync(new byte[300_000], Cancel);
        await Until.True(() => Number(queue, "SELECT count(*) FROM content").Result == 8);

        await dead.CutAsync();
        await Until.True(() => alive.RecoverAsync().Result.Count == 0 && Number(queue, "SELECT count(*) FROM content").Result == 4);

        Assert.Equal(1, await Number(queue, "SELECT count(*) FROM unfinished"));
    }

    [Fact]
    public async Task The_limit_is_exact_to_the_recipient_over_all_nodes_and_no_part_goes_twice()
    {
        const int Messages = 80;
        const int Limit = 150;
        var queue = await server.NewQueueAsync();
        await using var one = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);
        QuotaRule[] rules = [new("", Limit, QuotaRule.Day), new("hve1@contoso.com", Limit + 20, QuotaRule.Day)];
        var dice = new Random(4);
        for (var i = 0; i < Messages; i++)
        {
            await one.EnqueueAsync([.. Enumerable.Range(0, dice.Next(1, 6)).Select(n => $"{i}-{n}@contoso.com")]);
        }

        var sent = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => SendAsync(worker % 2 == 0 ? one : other)));

        Assert.Equal(Limit, sent.Count);
        Assert.Equal(Limit, sent.Distinct().Count());
        Assert.Equal(Limit, await other.Store.UsedAsync("", other.Now - QuotaRule.Day, Cancel));

        async Task SendAsync(PostgresNode node)
        {
            while (sent.Count < Limit)
            {
                foreach (var part in await node.TakeAsync(most: 3))
                {
                    if (await node.BeginAsync(part, rules) is AttemptGrant.Granted granted)
                    {
                        foreach (var recipient in part.Recipients.Take(granted.Recipients))
                        {
                            sent.Add(recipient.Address);
                        }

                        Assert.True(await node.RelayAsync(part, granted));
                    }
                }
            }
        }
    }

    [Fact]
    public async Task What_one_node_queues_wakes_the_other()
    {
        var queue = await server.NewQueueAsync();
        await using var one = await PostgresNode.JoinAsync(queue);
        await using var other = await PostgresNode.JoinAsync(queue);

        await other.Listens;
        var woken = other.Signal.Next;

        await one.EnqueueAsync();
        await woken.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancel);
        Assert.Single(await other.TakeAsync());
    }

    [Fact]
    public async Task A_queue_of_the_first_version_is_brought_up_to_date_while_mail_waits_in_it()
    {
        var queue = await server.NewQueueAsync();
        await PostgresServer.ExecuteAsync(queue, $"SET ROLE relay; {Schema.Migrations[0]} UPDATE hverelay SET version = 1");
        await PostgresServer.ExecuteAsync(queue, """
            INSERT INTO message VALUES (7, 'a@contoso.com', 1, 1, 3, 1, false, 'scanners', '10.20.3.7', 'scanner-3', NULL, NULL, 'SMTP', 1, 1, 1, 0, NULL)
            """);
        await PostgresServer.ExecuteAsync(queue, "INSERT INTO part VALUES (7, 1, 1, '', 'scanners', 1, 1)");
        await PostgresServer.ExecuteAsync(queue, "INSERT INTO recipient VALUES (7, 1, 0, 'b@contoso.com', 0, 1, NULL)");

        await using var node = await PostgresNode.JoinAsync(queue);

        Assert.Single(await node.Store.ExpireAsync(PostgresNode.AnyLane, node.Now, 10, Cancel));
        var untold = await node.Store.UntoldAsync(new UntoldSource("a@contoso.com", "scanners"), 10, Cancel);
        Assert.Equal((1, 0), (untold.Failed, untold.Delayed));
    }

    [Fact]
    public async Task All_nodes_go_by_the_clock_of_the_database()
    {
        var queue = await server.NewQueueAsync();
        var wrong = new ManualClock();
        await using var late = await PostgresNode.JoinAsync(queue, wrong);
        var there = new DateTimeOffset(Assert.IsType<DateTime>(await PostgresServer.ExecuteAsync(queue, "SELECT clock_timestamp()")));

        Assert.InRange((late.Now - there).TotalSeconds, -30, 30);
        Assert.NotInRange((wrong.GetUtcNow() - there).TotalSeconds, -30, 30);
    }

    private static async Task<IReadOnlyList<RecoveredAttempt>> RecoveredAsync(PostgresNode node)
    {
        IReadOnlyList<RecoveredAttempt> recovered = [];
        await Until.True(() => (recovered = node.RecoverAsync().Result).Count > 0);
        return recovered;
    }

    private static bool Answers(PostgresNode node)
    {
        try
        {
            return node.Store.TotalsAsync(Cancel).AsTask().Result is not null;
        }
        catch (AggregateException gone) when (gone.InnerException is StoreException)
        {
            return false;
        }
    }

    private static async Task<long> Number(string queue, string sql) => Assert.IsType<long>(await PostgresServer.ExecuteAsync(queue, sql));
}
