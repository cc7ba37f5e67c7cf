using System.Collections.Concurrent;
using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Puts in order what nodes that no longer live have left. Any living node may do it, several at once too.</summary>
internal sealed class Recovery(Link link, Numbers numbers, PostgresStoreOptions options)
{
    private const string Reply = "the relay stopped before the reply came";

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

    /// <summary>Attempts that this node ended, perhaps: the answer to the commit was lost. Whoever ended them has to tell.</summary>
    private readonly ConcurrentQueue<Ended> _doubtful = [];

    /// <summary>The lanes of this node.</summary>
    public IReadOnlyList<Lane> Served { get; private set; } = [];

    public async Task<IReadOnlyList<RecoveredAttempt>> RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt)
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

        var recovered = new List<RecoveredAttempt>();
        try
        {
            await TellDoubtfulAsync(recovered);
            foreach (var (message, id, part) in open)
            {
                if (await EndAsync(message, id, part, now, dueAt) is { } attempt)
                {
                    recovered.Add(attempt);
                }
            }
        }
        catch (Exception cause) when (recovered.Count > 0 && Faults.Translate(cause) is StoreException)
        {
            // These are told of now; the others are met the next time.
        }

        return recovered;
    }

    private async Task TellDoubtfulAsync(List<RecoveredAttempt> recovered)
    {
        while (_doubtful.TryDequeue(out var ended))
        {
            var attempt = ended.Attempt;
            try
            {
                if (await link.TransactAsync(Need.Read, connection => AttemptRows.EndedAtAsync(connection, attempt.Message.Value, ended.Id, ended.At)))
                {
                    recovered.Add(attempt);
                }
            }
            catch (Exception)
            {
                _doubtful.Enqueue(ended);
                throw;
            }
        }
    }

    private async Task<RecoveredAttempt?> EndAsync(long message, long id, int part, DateTimeOffset now, DateTimeOffset? dueAt)
    {
        RecoveredAttempt? made = null;
        try
        {
            return await link.TransactAsync(Need.Sync, async connection => made = await MakeUnsureAsync(connection, message, id, part, now, dueAt));
        }
        catch (InDoubtException) when (made is not null)
        {
            _doubtful.Enqueue(new Ended(made, id, now));
            throw;
        }
    }

    /// <summary>Null where another node was faster.</summary>
    private static async Task<RecoveredAttempt?> MakeUnsureAsync(
        NpgsqlConnection connection, long message, long id, int part, DateTimeOffset now, DateTimeOffset? dueAt)
    {
        await using var look = connection.CreateBatch();
        look.Do("SELECT 1 FROM part WHERE message = $1 AND number = $2 FOR UPDATE").With(message).With(part);
        await look.ExecuteNonQueryAsync();
        if (await AttemptRows.OpenAsync(connection, message, id) is not { } attempt)
        {
            return null;
        }

        var held = dueAt is null ? [.. attempt.Recipients] : await UnsureBeforeAsync(connection, attempt);
        await using var batch = connection.CreateBatch();
        AttemptRows.End(batch, attempt, now, [.. attempt.Recipients.Select(number => new RecipientEnd(number, Outcome.Unsure, Reply))], []);
        RecipientEnds.Add(batch, message, part, now, [.. attempt.Recipients.Select(number => held.Contains(number)
            ? new RecipientMove(number, RecipientState.Held, null)
            : new RecipientMove(number, RecipientState.Queued, dueAt))]);
        Ledger.Settle(batch, attempt, attempt.Granted, now);
        await batch.ExecuteNonQueryAsync();
        await using var who = connection.CreateBatch();
        who.Do("SELECT number, address FROM recipient WHERE message = $1 AND part = $2 AND number = ANY($3) ORDER BY number")
            .With(message).With(part).With(attempt.Recipients);
        var recipients = await who.ListAsync(row => (Number: row.GetInt32(0), Address: row.Text(1)));
        return new RecoveredAttempt(new MessageId(message), part, attempt.Account, recipients.ConvertAll(each => each.Address))
        {
            Held = [.. recipients.Where(each => held.Contains(each.Number)).Select(each => each.Address)],
        };
    }

    private static async Task<List<int>> UnsureBeforeAsync(NpgsqlConnection connection, OpenAttempt attempt)
    {
        await using var batch = connection.CreateBatch();
        batch.Do($"SELECT n FROM unnest($3) n WHERE {AttemptRows.WasUnsure("$1", "$2", "n")}")
            .With(attempt.Message).With(attempt.Part).With(attempt.Recipients);
        return await batch.ListAsync(row => row.GetInt32(0));
    }

    private sealed record Ended(RecoveredAttempt Attempt, long Id, DateTimeOffset At);
}
