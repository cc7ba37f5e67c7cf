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

    /// <summary>Each result with what its reply means, in the words of the log.</summary>
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
        attempts = record.Attempts.Select(attempt => new
        {
            attempt.Part,
            attempt.Number,
            attempt.Account,
            attempt.StartedAt,
            attempt.EndedAt,
            results = attempt.Results.Select(result => (Result: result, Verdict: ReplyExplanation.OfAttempt(replies.Of(attempt.Account), result)))
                .Select(each => new
                {
                    each.Result.Recipient,
                    each.Result.Outcome,
                    each.Result.Reply,
                    each.Verdict?.Cause,
                    each.Verdict?.Remedy,
                }),
        }),
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
