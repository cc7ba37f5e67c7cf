using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Writes a message with its parts, its recipients, and the rest of its content.</summary>
internal sealed class Enqueueing(Database database, ContentRows contents)
{
    private readonly Statement _message = database.Prepare($"""
        INSERT INTO message({Rows.EnvelopeColumns}, content, queued, held, message_id, arrival)
        VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
        """);

    private readonly Statement _part = database.Prepare(
        "INSERT INTO part(message, number, of, lane, client, priority, next_due) VALUES (?,?,?,?,?,?,?)");

    private readonly Statement _recipient = database.Prepare(
        "INSERT INTO recipient(message, part, number, address, state, due_at) VALUES (?,?,?,?,?,?)");

    /// <param name="arrival">That of the message as text, made where many do it at once and not here, where one does it for all.</param>
    public bool Enqueue(NewMessage message, string? arrival, ContentWriter content)
    {
        var envelope = message.Envelope;
        var id = envelope.Id.Value;
        var (queued, held, number) = (0, 0, 0);
        foreach (var part in message.Parts)
        {
            DateTimeOffset? dueAt = part.Held ? null : part.DueAt;
            _part.Set(id).Set(part.Number).Set(part.Of).Set(part.Lane.Name).Set(envelope.Origin.Client).Set((int)envelope.Priority)
                .Set(dueAt).Run();
            foreach (var address in part.Recipients)
            {
                var state = part.Held ? RecipientState.Held : RecipientState.Queued;
                _recipient.Set(id).Set(part.Number).Set(number++).Set(address).Set((int)state).Set(dueAt).Run();
            }

            queued += part.Held ? 0 : part.Recipients.Count;
            held += part.Held ? part.Recipients.Count : 0;
        }

        Rows.Set(_message, envelope).Set(contents.Finish(content, content.Rest.Span)).Set(queued).Set(held)
            .Set(message.Arrival?.MessageId).Set(arrival).Run();
        return true;
    }
}
