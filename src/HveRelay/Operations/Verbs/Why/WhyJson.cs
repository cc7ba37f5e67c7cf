using HveRelay.Delivery;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>The same for programs, whole.</summary>
internal static class WhyJson
{
    public static object Of(MessageRecord record, ReplyTable replies, RelayNow relay, DateTimeOffset now)
    {
        var (mail, arrival) = (record.Envelope, record.Arrival);
        return new
        {
            id = mail.Id.ToString(),
            messageId = arrival?.MessageId,
            from = mail.ReversePath,
            mail.Size,
            mail.Priority,
            mail.ReceivedAt,
            mail.ExpiresAt,
            record.EndedAt,
            session = new
            {
                arrival?.ConnectedAt,
                arrival?.Listener,
                mail.Origin.Address,
                mail.Origin.HelloName,
                mail.Origin.Protocol,
                mail.Origin.Tls,
                mail.Origin.User,
                quirks = arrival?.Quirks ?? [],
            },
            policy = new
            {
                mail.Origin.Client,
                arrival?.Network,
                refused = arrival?.Refused ?? [],
                moreRefused = arrival?.MoreRefused ?? 0,
            },
            recipients = record.Recipients.Select(QueueJson.Of),
            attempts = record.Attempts.Select(attempt => new
            {
                attempt.Part,
                attempt.Number,
                attempt.Account,
                attempt.StartedAt,
                attempt.EndedAt,
                attempt.Rewriting,
                results = attempt.Results.Select(result => Of(result, ReplyExplanation.OfAttempt(replies, result))),
            }),
            record.Changes,
            notices = record.Notices.Select(notice => new
            {
                notice.At,
                notice.Receiver,
                notice = notice.Notice?.ToString(),
                notice.IsDelayed,
                notice.Recipients,
            }),
            next = WhatNext.Of(record, relay, now, Language.English),
        };
    }

    private static object Of(AttemptResultRecord result, ReplyVerdict? verdict) => new
    {
        result.Recipient,
        result.Outcome,
        result.Reply,
        result.Failure?.Stage,
        result.Failure?.Breakage,
        verdict?.Class,
        verdict?.Fault,
        verdict?.Cause,
        verdict?.Who,
        verdict?.How,
        does = verdict is null ? null : ReplyConduct.Table[verdict.Class],
    };
}
