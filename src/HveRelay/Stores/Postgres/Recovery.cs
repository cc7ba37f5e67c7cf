using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Puts in order what nodes that no longer live have left. Any living node may do it, several at once too.</summary>
internal sealed class Recovery(Link link, Numbers numbers, PostgresStoreOptions options)
{
    // Who judges others was itself heard all the while: after an outage of the database everybody looks dead.
    private const string Bury = """
        DELETE FROM node d USING node me
        WHERE me.id = $1 AND d.id <> $1 AND me.steady_since <= clock_timestamp() - $2 AND me.heartbeat >= clock_timestamp() - $2 / 2
            AND d.heartbeat < clock_timestamp() - $2
        """;

    // Our own work is in hand, even where another node has just declared us dead.
    private const string NotOfLiving = "node <> $1 AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = node)";

    private const string EndLeases = $"""
        UPDATE part p SET lease_until = NULL, node = NULL,
            next_due = (SELECT min(due_at) FROM recipient r WHERE r.message = p.message AND r.part = p.number AND r.state = 0)
        FROM (SELECT message, number FROM part WHERE node IS NOT NULL AND attempt IS NULL AND {NotOfLiving}
            ORDER BY message, number FOR UPDATE SKIP LOCKED) d
        WHERE p.message = d.message AND p.number = d.number
        """;

    private const string DropContents = $"""
        WITH gone AS (DELETE FROM unfinished WHERE {NotOfLiving} RETURNING content)
        DELETE FROM content USING gone WHERE id = gone.content
        """;

    private const string Open = $"""
        SELECT a.message, a.id, a.part FROM attempt a WHERE a.ended_at IS NULL AND {NotOfLiving}
        ORDER BY a.message, a.id
        """;

    // What a smarthost was to send never goes by an account: HVE might take it, and it is not what the route says.
    private const string MoveLanes = $"""
        UPDATE part SET lane = '' WHERE lane <> '' AND NOT starts_with(lane, '{Lane.SmarthostPrefix}')
            AND (next_due IS NOT NULL OR EXISTS (SELECT 1 FROM message m WHERE m.id = message AND m.held > 0))
            AND NOT EXISTS (SELECT 1 FROM node n WHERE part.lane = ANY(n.lanes))
        """;

    /// <summary>The lanes of this node.</summary>
    public IReadOnlyList<Lane> Served { get; private set; } = [];

    /// <summary>How many attempts became unsure.</summary>
    public async Task<int> RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell)
    {
        Served = configured ?? Served;
        var open = await link.TransactAsync(Need.Sync, async connection =>
        {
            await using var batch = connection.CreateBatch();
            batch.Do(Bury).With(numbers.Node).With(options.NodeTimeout);
            batch.Do(EndLeases).With(numbers.Node);
            batch.Do(DropContents).With(numbers.Node);
            if (configured is not null)
            {
                batch.Do("UPDATE node SET lanes = $2 WHERE id = $1").With(numbers.Node).With(configured);
                batch.Do(MoveLanes);
            }

            batch.Do(Open).With(numbers.Node);
            return await batch.ListAsync(row => (Message: row.GetInt64(0), Id: row.GetInt64(1), Part: row.GetInt32(2)));
        });

        var unsure = 0;
        foreach (var (message, id, part) in open)
        {
            unsure += await link.TransactAsync(Need.Sync, connection => MakeUnsureAsync(connection, message, id, part, now, dueAt, tell)) ? 1 : 0;
        }

        return unsure;
    }

    /// <summary>False where another node was faster.</summary>
    private static async Task<bool> MakeUnsureAsync(
        NpgsqlConnection connection, long message, long id, int part, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell)
    {
        await using var look = connection.CreateBatch();
        look.Do("SELECT 1 FROM part WHERE message = $1 AND number = $2 FOR UPDATE").With(message).With(part);
        await look.ExecuteNonQueryAsync();
        if (await AttemptRows.OpenAsync(connection, message, id) is not { } attempt)
        {
            return false;
        }

        var held = dueAt is null ? [.. attempt.Recipients] : await UnsureBeforeAsync(connection, attempt);
        await using var batch = connection.CreateBatch();
        AttemptRows.End(batch, attempt, now, [.. attempt.Recipients.Select(number => new RecipientEnd(number, Outcome.Unsure, RecoveredAttempt.Reply))], []);
        RecipientEnds.Add(batch, message, part, now, [.. attempt.Recipients.Select(number => held.Contains(number)
            ? new RecipientMove(number, RecipientState.Held, null)
            : new RecipientMove(number, RecipientState.Queued, dueAt))]);
        Ledger.Settle(batch, attempt, attempt.Granted, now);
        await batch.ExecuteNonQueryAsync();
        await using var who = connection.CreateBatch();
        who.Do($"""
            SELECT {Rows.EnvelopeColumnsOfM}, p.parts, a.number, r.number, r.address
            FROM message m JOIN part p ON p.message = m.id JOIN attempt a ON a.message = m.id AND a.part = p.number
                JOIN recipient r ON r.message = m.id AND r.part = p.number AND r.number = ANY(a.recipients)
            WHERE m.id = $1 AND a.id = $2 ORDER BY r.number
            """).With(message).With(id);
        const int Next = Rows.EnvelopeCount;
        var told = await who.ListAsync(row => (
            Envelope: row.Envelope(), Of: row.GetInt32(Next), Attempt: row.GetInt32(Next + 1), Number: row.GetInt32(Next + 2), Address: row.Text(Next + 3)));
        tell(
        [
            new RecoveredAttempt(told[0].Envelope, part, told[0].Of, told[0].Attempt, attempt.Account, [.. told.Select(each => each.Address)])
            {
                Held = [.. told.Where(each => held.Contains(each.Number)).Select(each => each.Address)],
            },
        ]);
        return true;
    }

    private static async Task<List<int>> UnsureBeforeAsync(NpgsqlConnection connection, OpenAttempt attempt)
    {
        await using var batch = connection.CreateBatch();
        batch.Do($"SELECT n FROM unnest($3) n WHERE {AttemptRows.WasUnsure("$1", "$2", "n")}")
            .With(attempt.Message).With(attempt.Part).With(attempt.Recipients);
        return await batch.ListAsync(row => row.GetInt32(0));
    }
}
