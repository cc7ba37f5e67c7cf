using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;
using Npgsql;

namespace HveRelay.Tests.Host.Stores;

/// <summary>PostgreSQL commits the end of an attempt, the answer is lost on its way, and the queue is asked again.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresDoubtTests(PostgresServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_whose_commit_was_not_heard_of_is_ours_when_it_is_written_again()
    {
        var queue = await server.NewQueueAsync();
        await using var way = new BrokenWay(queue);
        await using var node = await PostgresNode.JoinAsync(way.ConnectionString);
        var id = await node.EnqueueAsync();
        var part = Assert.Single(await node.TakeAsync());
        var granted = Assert.IsType<AttemptGrant.Granted>(await node.BeginAsync(part, new QuotaRule("", 100, QuotaRule.Day)));
        var end = new AttemptEnd(granted.AttemptId, part.Lease, node.Now, [new RecipientEnd(0, Outcome.Relayed, "250 2.0.0 OK")]);

        await LoseAnswerAsync(queue, way, async () => await node.Store.CompleteAsync(end, Cancel));
        var isOurs = await node.Store.CompleteAsync(end, Cancel);

        Assert.True(isOurs);
        Assert.Equal(1, await node.Store.UsedAsync("", node.Now - QuotaRule.Day, Cancel));
        var attempt = Assert.Single((await node.Store.FindAsync(id, Cancel))!.Attempts);
        Assert.Equal(Outcome.Relayed, Assert.Single(attempt.Results).Outcome);
        Assert.False(await node.Store.CompleteAsync(end, Cancel));
    }

    [Fact]
    public async Task An_attempt_of_a_dead_node_whose_end_was_not_heard_of_was_told_before()
    {
        var queue = await server.NewQueueAsync();
        await using var way = new BrokenWay(queue);
        await using var dead = await PostgresNode.JoinAsync(queue);
        await using var alive = await PostgresNode.JoinAsync(way.ConnectionString);
        var id = await dead.EnqueueAsync();
        await dead.BeginAsync(Assert.Single(await dead.TakeAsync()));
        await dead.CutAsync();

        var told = new List<RecoveredAttempt>();
        await LoseAnswerAsync(queue, way, async () =>
        {
            while (told.Count == 0)
            {
                await alive.Store.RecoverAsync(null, alive.Now, alive.Now, told.AddRange, Cancel);
            }
        });

        var recovered = Assert.Single(told);
        Assert.Equal((id, "a@contoso.com"), (recovered.Envelope.Id, Assert.Single(recovered.Recipients)));
        Assert.Empty(await alive.RecoverAsync());
    }

    /// <summary>The commit waits for a lock of ours; once it is there no answer comes through any more, and once it is done the connection breaks.</summary>
    private static async Task LoseAnswerAsync(string queue, BrokenWay way, Func<Task> call)
    {
        const string Ended = "SELECT count(*) FROM attempt WHERE ended_at IS NOT NULL";
        await PostgresServer.ExecuteAsync(queue, """
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END$$;
            CREATE CONSTRAINT TRIGGER wait AFTER UPDATE ON attempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()
            """);
        await using var source = NpgsqlDataSource.Create(queue);
        await using var lockHolder = await source.OpenConnectionAsync(Cancel);
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(7)", lockHolder);
        await take.ExecuteNonQueryAsync(Cancel);

        var calling = call();
        await Until.True(() => 1L.Equals(PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Result));
        way.SwallowAnswers();
        await using var give = new NpgsqlCommand("SELECT pg_advisory_unlock(7)", lockHolder);
        await give.ExecuteNonQueryAsync(Cancel);
        await Until.True(() => 1L.Equals(PostgresServer.ExecuteAsync(queue, Ended).Result));
        way.BreakAndHeal();

        Assert.Equal(StoreFault.Unreachable, (await Assert.ThrowsAsync<StoreException>(() => calling)).Fault);
    }
}
