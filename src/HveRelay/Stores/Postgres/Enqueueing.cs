using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// Writes a message with its parts, its recipients, and the rest of its content, in one way there and back. Where the connection broke
/// meanwhile it goes again: the id of the message tells whether it had happened.
/// </summary>
internal sealed class Enqueueing(Link link, ContentRows contents, TimeProvider clock)
{
    /// <summary>So long a client waits for the database to come back when nobody else knows what became of its message.</summary>
    private const int MostTries = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private const string Chunk = "INSERT INTO content(id, chunk, octets) VALUES ($1, $2, $3)";

    private const string Message = $"""
        INSERT INTO message({Rows.EnvelopeColumns}, content, chunks, queued, held, message_id, arrival)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        """;

    // Without its chunks there is no message, and then its parts belong to none, which the database refuses.
    private const string MessageOfChunks = $"""
        WITH owned AS (DELETE FROM unfinished WHERE content = $14 AND chunks = $20 RETURNING content)
        INSERT INTO message({Rows.EnvelopeColumns}, content, chunks, queued, held, message_id, arrival)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, owned.content, $15, $16, $17, $18, $19 FROM owned
        """;

    private const string Parts = """
        INSERT INTO part(message, client, priority, number, parts, lane, next_due)
        SELECT $1, $2, $3, * FROM unnest($4, $5, $6, $7)
        """;

    private const string Recipients = """
        INSERT INTO recipient(message, part, number, address, state, due_at) SELECT $1, * FROM unnest($2, $3, $4, $5, $6)
        """;

    public async Task EnqueueAsync(NewMessage message, ContentWriter content)
    {
        var number = content.Number == 0 ? contents.NextNumber() : content.Number;
        for (var tries = 1; ; tries++)
        {
            try
            {
                await link.BatchAsync(Need.Sync, batch => Fill(batch, message, content, number), batch => batch.ExecuteNonQueryAsync());
                return;
            }
            catch (PostgresException known) when (tries > 1 && known is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "message_pkey" })
            {
                return;
            }
            catch (PostgresException orphan) when (orphan.SqlState == PostgresErrorCodes.ForeignKeyViolation)
            {
                throw ContentWriter.Lost();
            }
            catch (Exception cause) when (tries < MostTries && (cause is InDoubtException || (tries > 1 && Faults.IsBroken(cause))))
            {
                await Task.Delay(Pause, clock);
            }
        }
    }

    /// <summary>Adds the statements that make a message of a content with that number.</summary>
    public static void Fill(NpgsqlBatch batch, NewMessage message, ContentWriter content, long number)
    {
        var envelope = message.Envelope;
        var id = envelope.Id.Value;
        var recipients = message.Parts.SelectMany(part => part.Recipients.Select(address => (Part: part, Address: address))).ToList();
        var held = recipients.Count(each => each.Part.Held);
        var chunks = content.Chunks + (content.Rest.IsEmpty ? 0 : 1);
        var insert = batch.Do(content.Chunks == 0 ? Message : MessageOfChunks)
            .With(envelope).With(number).With(chunks).With(recipients.Count - held).With(held)
            .With(message.Arrival?.MessageId).With(ArrivalText.Write(message.Arrival));
        if (content.Chunks > 0)
        {
            insert.With(content.Chunks);
        }

        if (!content.Rest.IsEmpty)
        {
            batch.Do(Chunk).With(number).With(content.Chunks).With(content.Rest);
        }

        batch.Do(Parts).With(id).With(envelope.Origin.Client).With((int)envelope.Priority)
            .With(message.Parts.Select(part => part.Number)).With(message.Parts.Select(part => part.Of))
            .With(message.Parts.Select(part => part.Lane)).With(message.Parts.Select(part => DueAt(part)));
        batch.Do(Recipients).With(id)
            .With(recipients.Select(each => each.Part.Number)).With(Enumerable.Range(0, recipients.Count))
            .With(recipients.Select(each => each.Address)).With(recipients.Select(each => (int)StateOf(each.Part)))
            .With(recipients.Select(each => DueAt(each.Part)));
    }

    private static long? DueAt(NewPart part) => part.Held ? null : part.DueAt.UtcTicks;

    private static RecipientState StateOf(NewPart part) => part.Held ? RecipientState.Held : RecipientState.Queued;
}
