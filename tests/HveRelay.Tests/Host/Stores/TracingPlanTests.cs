using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Host.Stores;

/// <summary>How the databases go about what looks into the history: a million of messages must not be sorted, nor read for one name.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class TracingPlanTests(PostgresServer server)
{
    [Fact]
    public async Task SQLite_finds_a_name_by_its_index_alone()
    {
        var plan = await PlanAsync(Tracing.ByName);

        Assert.Contains(plan, step => step.Contains("USING COVERING INDEX message_name (<expr>=? AND message_id=?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN m", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Tracing.From, "SCAN message")]
    [InlineData(Tracing.To, "SCAN recipient")]
    public async Task SQLite_looks_for_an_address_from_the_latest_message_back_and_stops(string sql, string step) =>
        Assert.Equal([step], await PlanAsync(sql));

    [Fact]
    public async Task PostgreSQL_finds_a_name_by_its_index()
    {
        var queue = await server.NewQueueAsync();
        await using (await HveRelay.Stores.Postgres.PostgresQueueStore.OpenAsync(
            new(queue, new()), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            var sql = HveRelay.Stores.Postgres.Tracing.Named.Replace("$1", "'42@printer'", StringComparison.Ordinal).Replace("$2", "20", StringComparison.Ordinal);

            // A table without rows is read as a whole, unless that is forbidden.
            var plan = $"{await PostgresServer.ExecuteAsync(queue, $"SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN (FORMAT JSON) {sql}")}";

            Assert.Matches("\"Index Name\": \"message_name\",[^}]*\"Index Cond\": \"\\(\\(\\(id >> 43\\) = hour.hour\\) AND \\(message_id = '42@printer'::text\\)\\)\"", plan);
        }
    }

    [Fact]
    public async Task PostgreSQL_looks_for_an_address_among_the_latest_by_their_ids_and_then_everywhere()
    {
        var queue = await server.NewQueueAsync();
        await using var store = await HveRelay.Stores.Postgres.PostgresQueueStore.OpenAsync(
            new(queue, new()), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await PostgresServer.ExecuteAsync(queue, $"""
            INSERT INTO message(id, reverse_path, received_at, expires_at, size, priority, eight_bit, client, address, hello, protocol, content, chunks, queued, held)
                SELECT n, CASE n WHEN 1 THEN 'Rare@contoso.com' ELSE 'often@contoso.com' END, n, n, 3, 1, false, 'scanners', '10.20.3.7', 'scanner-3', 'SMTP', n, 0, 0, 0
                FROM generate_series(1, {HveRelay.Stores.Postgres.Tracing.Recent + 10}) n;
            INSERT INTO part(message, number, parts, lane, client, priority) SELECT id, 1, 1, '', client, 1 FROM message;
            INSERT INTO recipient(message, part, number, address, state) SELECT id, 1, 0, CASE id WHEN 2 THEN 'Seldom@contoso.com' ELSE 'you@contoso.com' END, 2 FROM message
            """);

        foreach (var (text, newest) in new[] { ("rare@contoso.com", 1), ("SELDOM@contoso.com", 2), ("Often@contoso.com", HveRelay.Stores.Postgres.Tracing.Recent + 10) })
        {
            var traces = await store.TracesAsync(text, 5, TestContext.Current.CancellationToken);
            Assert.Equal(newest, traces.Messages[0].Envelope.Id.Value);
        }

        foreach (var sql in new[] { HveRelay.Stores.Postgres.Tracing.RecentFrom, HveRelay.Stores.Postgres.Tracing.RecentTo })
        {
            var asked = sql.Replace("$1", "'x'", StringComparison.Ordinal).Replace("$2", "20", StringComparison.Ordinal);
            var plan = $"{await PostgresServer.ExecuteAsync(queue, $"SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN (FORMAT JSON) {asked}")}";
            Assert.Matches("\"Scan Direction\": \"Backward\",[^}]*\"Index Name\": \"(message|recipient)_pkey\",[^}]*\"Index Cond\": \"\\((id|message) >= ", plan);
        }
    }

    private static async Task<List<string>> PlanAsync(string sql)
    {
        using var queue = new SqliteFixture(new ManualClock());
        await (await queue.OpenAsync()).DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={queue.File};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("EXPLAIN QUERY PLAN " + sql, connection);
        command.Parameters.AddWithValue("?1", "x");
        command.Parameters.AddWithValue("?2", 20);
        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }
}
