using HveRelay.Delivery;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>The same for programs, whole.</summary>
internal static class WhyJson
{
    public static object Of(MessageRecord record, ReplyTables replies, RelayNow relay, DateTimeOffset now)
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
            attempts = record.Attempts.Select(attempt => AttemptJson.Of(attempt, replies)),
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
}
