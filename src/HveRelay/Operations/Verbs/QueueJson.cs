using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>The JSON of the queue verbs.</summary>
internal static class QueueJson
{
    public static object Of(QueueEntry entry) => new
    {
        id = entry.Envelope.Id.ToString(),
        entry.State,
        sending = entry.IsSending,
        client = entry.Envelope.Origin.Client,
        from = entry.Envelope.ReversePath,
        to = entry.Recipients,
        recipients = entry.RecipientCount,
        entry.Envelope.Size,
        entry.Envelope.ReceivedAt,
        entry.Attempts,
        entry.NextDue,
        entry.LastReply,
    };

    public static object Of(RecipientRecord recipient) => new
    {
        recipient.Number,
        to = recipient.Address,
        recipient.Part,
        recipient.Parts,
        lane = recipient.Lane.ToString(),
        recipient.State,
        recipient.DueAt,
        recipient.EndedAt,
        recipient.LastReply,
    };

    public static object Of(MessageRecord record, ReplyTables replies) => new
    {
        id = record.Envelope.Id.ToString(),
        from = record.Envelope.ReversePath,
        record.Envelope.Origin,
        record.Envelope.Size,
        record.Envelope.Priority,
        record.Envelope.ReceivedAt,
        record.Envelope.ExpiresAt,
        record.EndedAt,
        recipients = record.Recipients.Select(Of),
        attempts = record.Attempts.Select(attempt => AttemptJson.Of(attempt, replies)),
        changes = record.Changes.Select(change => new
        {
            change.At,
            change.Kind,
            change.By,
            change.Reason,
            change.Recipients,
        }),
    };
}
