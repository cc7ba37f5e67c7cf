using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <param name="DueAt">For Queued.</param>
internal sealed record RecipientMove(int Number, RecipientState To, DateTimeOffset? DueAt);

/// <summary>
/// Moves recipients from state to state, and with the last of them ends the message and drops its content. Of who fails somebody has
/// to be told. Their parts are locked.
/// <code>
/// to        from
/// Queued    Queued             a new due time; an operator's hold or removal stands
/// Held      Queued
/// Relayed   Queued, Held       it is done, whatever the operator meant meanwhile
/// Failed    Queued, Held
/// </code>
/// </summary>
internal static class RecipientEnds
{
    private const string Ends = "(2, 3, 4)";

    private const string Move = $"""
        UPDATE recipient r SET state = w.state, due_at = CASE WHEN w.state IN {Ends} THEN NULL ELSE w.due_at END,
            ended_at = CASE WHEN w.state IN {Ends} THEN $3 END
        FROM unnest($4, $5, $6) AS w(number, state, due_at)
        WHERE r.message = $1 AND r.part = $2 AND r.number = w.number AND (r.state = 0 OR (r.state = 1 AND w.state IN {Ends}))
        """;

    private const string Put = $"""
        UPDATE recipient r SET state = w.state, due_at = CASE WHEN w.state IN {Ends} THEN NULL ELSE w.due_at END,
            ended_at = CASE WHEN w.state IN {Ends} THEN $2 END
        FROM unnest($3, $4, $5) AS w(number, state, due_at) WHERE r.message = $1 AND r.number = w.number
        """;

    private const string Count = """
        UPDATE message SET queued = c.queued, held = c.held, ended_at = CASE WHEN c.queued + c.held = 0 THEN coalesce(ended_at, $2) END
        FROM (SELECT count(*) FILTER (WHERE state = 0) AS queued, count(*) FILTER (WHERE state = 1) AS held FROM recipient WHERE message = $1) c
        WHERE id = $1
        """;

    /// <summary>Moves recipients of one part. The message is locked first: whoever waited for it counts what the other left.</summary>
    public static void Add(NpgsqlBatch batch, long message, int part, DateTimeOffset at, IReadOnlyCollection<RecipientMove> moves)
    {
        batch.Do("SELECT 1 FROM message WHERE id = $1 FOR UPDATE").With(message);
        batch.Do(Telling(Move, at: "$3", moves)).With(message).With(part).With(at).With(moves.Select(each => each.Number)).With(moves.Select(each => (int)each.To))
            .With(moves.Select(each => each.DueAt?.UtcTicks));
        Finish(batch, message, at);
        PartRows.Free(batch, message, part);
    }

    /// <summary>Moves recipients of a message whatever the table says: for who has looked, and has locked all its parts.</summary>
    public static void Set(NpgsqlBatch batch, long message, DateTimeOffset at, IReadOnlyCollection<RecipientMove> moves)
    {
        batch.Do("SELECT 1 FROM message WHERE id = $1 FOR UPDATE").With(message);
        batch.Do(Telling(Put, at: "$2", moves)).With(message).With(at).With(moves.Select(each => each.Number)).With(moves.Select(each => (int)each.To))
            .With(moves.Select(each => each.DueAt?.UtcTicks));
        Finish(batch, message, at);
    }

    /// <summary>The update, and of those whom it fails that somebody has to be told; a failure takes the place of a delay.</summary>
    private static string Telling(string update, string at, IReadOnlyCollection<RecipientMove> moves) =>
        moves.All(move => move.To != RecipientState.Failed)
            ? update
            : $"""
                WITH failed AS ({update} RETURNING r.number, r.state), kept AS (
                    INSERT INTO head(message, octets) SELECT m.id, substring(c.octets FROM 1 FOR {INoticeStore.HeadOctets})
                    FROM message m JOIN content c ON c.id = m.content AND c.chunk = 0
                    WHERE m.id = $1 AND m.protocol <> '{Origin.NoticeProtocol}' AND EXISTS (SELECT 1 FROM failed WHERE state = 3)
                    ON CONFLICT DO NOTHING)
                INSERT INTO untold(message, recipient, delayed, at, reverse_path, client)
                SELECT m.id, failed.number, false, {at}, m.reverse_path, m.client FROM failed JOIN message m ON m.id = $1
                WHERE failed.state = 3 AND m.protocol <> '{Origin.NoticeProtocol}'
                ON CONFLICT (message, recipient) DO UPDATE SET id = DEFAULT, delayed = false, at = excluded.at
                """;

    private static void Finish(NpgsqlBatch batch, long message, DateTimeOffset at)
    {
        batch.Do(Count).With(message).With(at);
        batch.Do("DELETE FROM content WHERE id = (SELECT content FROM message WHERE id = $1 AND ended_at IS NOT NULL)").With(message);
    }
}
