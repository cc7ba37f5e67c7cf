using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// Recipients that failed or are late and that nobody has been told of yet; <see cref="RecipientEnds"/> writes those that fail. Of
/// several nodes that tell the same one deletes the rows, and the others find them gone.
/// </summary>
internal sealed class Notifying(Link link, ContentRows contents)
{
    private const string Late = $"""
        FROM message WHERE ended_at IS NULL AND id > (SELECT delays FROM hverelay) AND received_at <= $1
            AND protocol <> '{Origin.NoticeProtocol}'
        """;

    private const string Delay = """
        INSERT INTO untold(message, recipient, delayed, at, reverse_path, client)
        SELECT m.id, r.number, true, $2, m.reverse_path, m.client FROM message m JOIN recipient r ON r.message = m.id
        WHERE m.id = ANY($1) AND r.state IN (0, 1) ORDER BY m.id, r.number ON CONFLICT DO NOTHING
        """;

    private const string Overtaken = """
        DELETE FROM untold u WHERE reverse_path = $1 AND client = $2 AND delayed AND NOT EXISTS
            (SELECT 1 FROM recipient r WHERE r.message = u.message AND r.number = u.recipient AND r.state IN (0, 1))
        """;

    private const string Count = """
        SELECT coalesce(max(id), 0), (count(*) FILTER (WHERE NOT delayed))::integer, (count(*) FILTER (WHERE delayed))::integer
        FROM untold WHERE reverse_path = $1 AND client = $2
        """;

    private static readonly string First = $"""
        SELECT u.message, u.recipient, u.delayed, u.at, coalesce(h.octets, substring(c.octets FROM 1 FOR {INoticeStore.HeadOctets}), '')
        FROM untold u JOIN message m ON m.id = u.message LEFT JOIN head h ON h.message = u.message
            LEFT JOIN content c ON c.id = m.content AND c.chunk = 0
        WHERE u.reverse_path = $1 AND u.client = $2 AND u.id <= $3 ORDER BY u.id LIMIT $4
        """;

    // The messages before what is untold of them, in order of age, as who purges them does: so nobody waits in a circle.
    private const string Lock = """
        SELECT 1 FROM message WHERE id IN (SELECT message FROM untold WHERE reverse_path = $1 AND client = $2 AND id <= $3) ORDER BY id FOR KEY SHARE
        """;

    // Its rows are counted: one for each that was deleted.
    private const string Tell = """
        WITH gone AS (DELETE FROM untold WHERE reverse_path = $1 AND client = $2 AND id <= $3 RETURNING message, recipient, delayed)
        INSERT INTO told(message, recipient, delayed, at, receiver, notice) SELECT message, recipient, delayed, $4, $5, $6 FROM gone
        ON CONFLICT (message, recipient, delayed) DO UPDATE SET at = excluded.at, receiver = excluded.receiver, notice = excluded.notice
        """;

    public async Task<int> DelayAsync(DateTimeOffset receivedUntil, DateTimeOffset now, int most)
    {
        var isLate = await link.ReadAsync(batch => batch.Do($"SELECT EXISTS (SELECT 1 {Late})").With(receivedUntil), row => row.GetBoolean(0));
        return isLate[0] ? await link.TransactAsync(Need.Sync, connection => DelayAsync(connection, receivedUntil, now, most)) : 0;
    }

    public async Task<IReadOnlyList<UntoldSource>> SourcesAsync(int most) => await link.ReadAsync(
        batch => batch.Do("SELECT DISTINCT reverse_path, client FROM untold LIMIT $1").With(most),
        row => new UntoldSource(row.Text(0), row.Text(1)));

    public Task<UntoldBatch> UntoldAsync(UntoldSource source, int most) => link.TransactAsync(Need.Write, async connection =>
    {
        await using var count = connection.CreateBatch();
        count.Do(Overtaken).With(source.ReversePath).With(source.Client);
        count.Do(Count).With(source.ReversePath).With(source.Client);
        var (through, failed, delayed) = (await count.ListAsync(row => (row.GetInt64(0), row.GetInt32(1), row.GetInt32(2))))[0];
        await using var first = connection.CreateBatch();
        first.Do(First).With(source.ReversePath).With(source.Client).With(through).With(most);
        return new UntoldBatch(source, through, failed, delayed, await first.ListAsync(row => new UntoldRecipient(
            new MessageId(row.GetInt64(0)), row.GetInt32(1), row.GetBoolean(2), row.Time(3), row.GetFieldValue<byte[]>(4))));
    });

    public async Task<DateTimeOffset?> LastToldAsync(string receiver) =>
        await link.ReadAsync(batch => batch.Do("SELECT at FROM notified WHERE receiver = $1").With(receiver), row => row.Time(0)) is [var at]
            ? at
            : null;

    public async Task<bool> TellAsync(Telling telling, ContentWriter? content)
    {
        try
        {
            return await link.TransactAsync(Need.Sync, async connection =>
            {
                await TellAsync(connection, telling, content);
                return true;
            });
        }
        catch (OvertakenException)
        {
            return false;
        }
        catch (PostgresException orphan) when (orphan.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw ContentWriter.Lost();
        }
    }

    private async Task TellAsync(NpgsqlConnection connection, Telling telling, ContentWriter? content)
    {
        await using var batch = connection.CreateBatch();
        var counted = new List<NpgsqlBatchCommand>();
        foreach (var told in telling.Batches)
        {
            batch.Do(Lock).With(told.Source.ReversePath).With(told.Source.Client).With(told.Through);
            counted.Add(batch.Do(Tell).With(told.Source.ReversePath).With(told.Source.Client).With(told.Through)
                .With(telling.At).With(telling.Notice is null ? string.Empty : telling.Receiver).With(telling.Notice?.Envelope.Id.Value));
        }

        batch.Do("DELETE FROM head WHERE NOT EXISTS (SELECT 1 FROM untold WHERE untold.message = head.message)");
        batch.Do("INSERT INTO notified(receiver, at) VALUES ($1, $2) ON CONFLICT (receiver) DO UPDATE SET at = excluded.at")
            .With(telling.Receiver).With(telling.At);
        if (telling.Notice is not null)
        {
            Enqueueing.Fill(batch, telling.Notice, content!, content!.Number == 0 ? contents.NextNumber() : content.Number);
        }

        await batch.ExecuteNonQueryAsync();
        for (var i = 0; i < telling.Batches.Count; i++)
        {
            if (counted[i].RecordsAffected != telling.Batches[i].Count)
            {
                throw new OvertakenException();
            }
        }
    }

    private static async Task<int> DelayAsync(NpgsqlConnection connection, DateTimeOffset receivedUntil, DateTimeOffset now, int most)
    {
        // One node after the other.
        await using var look = connection.CreateBatch();
        look.Do("SELECT 1 FROM hverelay FOR UPDATE");
        await look.ExecuteNonQueryAsync();
        await using var find = connection.CreateBatch();
        find.Do($"SELECT id {Late} ORDER BY id LIMIT $2").With(receivedUntil).With(most);
        var late = await find.ListAsync(row => row.GetInt64(0));
        if (late.Count > 0)
        {
            await using var batch = connection.CreateBatch();
            batch.Do(Delay).With(late).With(now);
            batch.Do("UPDATE hverelay SET delays = $1").With(late[^1]);
            await batch.ExecuteNonQueryAsync();
        }

        return late.Count;
    }

    /// <summary>Undoes the transaction: what was to be told has changed meanwhile.</summary>
    private sealed class OvertakenException : Exception;
}
