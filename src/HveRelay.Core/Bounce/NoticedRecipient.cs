using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Bounce;

/// <summary>What became of a recipient. A reader does something else about each.</summary>
public enum NoticeKind
{
    /// <summary>The next hop refused it for good.</summary>
    Refused,

    /// <summary>An operator gave it up.</summary>
    Bounced,

    /// <summary>Its lifetime is over.</summary>
    Expired,

    /// <summary>It is still tried.</summary>
    Delayed,

    /// <summary>It waits for an operator.</summary>
    Held,
}

/// <summary>Words of the table of replies: what a reply means and who mends it.</summary>
public sealed record ReplyWords(string Cause, string Remedy);

/// <summary>A recipient as a notice tells of it.</summary>
/// <param name="Reply">The latest reply verbatim, or words of the relay; null where it was never tried.</param>
/// <param name="Words">What the reply means; null where that is not known.</param>
public sealed record NoticedRecipient(
    Envelope Envelope, OriginalMessage Original, string Address, NoticeKind Kind, string? Reply, ReplyWords? Words, DateTimeOffset? LastAttempt)
{
    public bool HasFailed => Kind is NoticeKind.Refused or NoticeKind.Bounced or NoticeKind.Expired;

    /// <summary>RFC 3463. The code of the reply where it fits, else one for the kind: 4.4.7 is that the delivery time expired.</summary>
    public EnhancedCode Status
    {
        get
        {
            var said = Smtp.Reply.TryParse(Reply ?? string.Empty, out var reply) ? reply!.Enhanced : null;
            return (Kind, said) switch
            {
                (NoticeKind.Refused, { Class: 5 } code) => code,
                (NoticeKind.Delayed, { Class: 4 } code) => code,
                (NoticeKind.Refused or NoticeKind.Bounced, _) => new EnhancedCode(5, 0, 0),
                (NoticeKind.Expired, _) => new EnhancedCode(4, 4, 7),
                _ => new EnhancedCode(4, 0, 0),
            };
        }
    }

    /// <summary>Reads it from the history of its message; null where that does not have it.</summary>
    public static NoticedRecipient? From(MessageRecord record, UntoldRecipient untold, Func<string, string, ReplyWords?> explain)
    {
        var recipient = record.Recipients.FirstOrDefault(each => each.Number == untold.Number);
        if (recipient is null)
        {
            return null;
        }

        var last = record.Attempts
            .Where(attempt => attempt.EndedAt is not null && attempt.Results.Any(result => result.Recipient == untold.Number))
            .MaxBy(attempt => attempt.EndedAt);
        var isBounced = record.Changes.Any(change => change.Kind == ChangeKind.Bounce && change.Recipients.Contains(untold.Number));
        var kind = (untold.IsDelayed, recipient.State, isBounced) switch
        {
            (true, RecipientState.Held, _) => NoticeKind.Held,
            (true, _, _) => NoticeKind.Delayed,
            (_, _, true) => NoticeKind.Bounced,
            _ => last?.Results.First(result => result.Recipient == untold.Number).Outcome == Outcome.Failed ? NoticeKind.Refused : NoticeKind.Expired,
        };
        return new NoticedRecipient(
            record.Envelope, OriginalMessage.Of(untold.Head, INoticeStore.HeadOctets), recipient.Address, kind, recipient.LastReply,
            recipient.LastReply is { } reply && kind != NoticeKind.Bounced ? explain(last?.Account ?? string.Empty, reply) : null, last?.EndedAt);
    }
}
