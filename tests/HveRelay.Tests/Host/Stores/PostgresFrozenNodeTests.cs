using HveRelay.Queue;
using HveRelay.Tests.Support;
using Npgsql;

namespace HveRelay.Tests.Host.Stores;

/// <summary>A node that freezes, or whose machine is gone without a word, while PostgreSQL keeps its connections.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresFrozenNodeTests(PostgresServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_had_locked_in_the_ledger_or_waited_for_does_not_hold_up_the_others()
    {
        var queue = await server.NewQueueAsync();
        await using var way = new BrokenWay(queue);
        await using var frozen = await PostgresNode.JoinAsync($"{way.ConnectionString};Command Timeout=600", pause: TimeSpan.FromSeconds(4));
        await using var other = await PostgresNode.JoinAsync(queue, pause: TimeSpan.FromSeconds(20));
        var rule = new QuotaRule("", 100, QuotaRule.Day);
        for (var i = 0; i < 5; i++)
        {
            await frozen.EnqueueAsync();
        }

        var begun = await frozen.TakeAsync();
        await frozen.EnqueueAsync();
        var waiting = Assert.Single(await other.TakeAsync());
        await PostgresServer.ExecuteAsync(queue, """
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END$$;
            CREATE TRIGGER wait BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION wait()
            """);
        await using var source = NpgsqlDataSource.Create(queue);
        await using var holder = await source.OpenConnectionAsync(Cancel);
        await DoAsync(holder, "SELECT pg_advisory_lock(7)");

        // One has locked the ledger, four wait for that, and it hears of nothing any more.
        var freezing = Task.WhenAll(begun.Select(part => frozen.BeginAsync(part, rule)));
        await Until.True(() => 1L.Equals(PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Result));
        way.SwallowAnswers();
        await DoAsync(holder, "SELECT pg_advisory_unlock(7)");
        await Until.True(() => 1L.Equals(PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'").Result));

        Assert.IsType<AttemptGrant.Granted>(await other.BeginAsync(waiting, rule));
        way.BreakAndHeal();
        await Record.ExceptionAsync(() => freezing);
    }

    private static async Task DoAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
