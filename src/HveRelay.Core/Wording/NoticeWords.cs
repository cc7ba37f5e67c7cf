using System.Globalization;

namespace HveRelay.Wording;

/// <summary>The words of notices in one language. A sentence with {0}, {1} has blanks, which <c>NoticeText</c> fills.</summary>
public sealed record NoticeWords
{
    public required string From { get; init; }

    public required string NotDelivered { get; init; }

    public required string Delayed { get; init; }

    public required string NoSubject { get; init; }

    public required string OfYourMessages { get; init; }

    public required string OneRecipient { get; init; }

    public required string Recipients { get; init; }

    public required string OneOther { get; init; }

    public required string Others { get; init; }

    public required string OneMoreRecipient { get; init; }

    public required string MoreRecipients { get; init; }

    public required string Greeting { get; init; }

    public required string FailedAndDelayed { get; init; }

    public required string Failed { get; init; }

    public required string Late { get; init; }

    public required string More { get; init; }

    public required string WithinTheHour { get; init; }

    public required string Questions { get; init; }

    public required string Message { get; init; }

    public required string Subject { get; init; }

    public required string Accepted { get; init; }

    public required string SentFrom { get; init; }

    public required string Origin { get; init; }

    public required string Sender { get; init; }

    public required string QueueId { get; init; }

    public required string None { get; init; }

    public required string What { get; init; }

    public required string Refused { get; init; }

    public required string Bounced { get; init; }

    public required string Expired { get; init; }

    public required string Held { get; init; }

    public required string Trying { get; init; }

    public required string Why { get; init; }

    public required string WhoMendsIt { get; init; }

    /// <summary>Where who and how are two lines.</summary>
    public string? How { get; init; }

    public required string LastTried { get; init; }

    public required string Reason { get; init; }

    public required string Reply { get; init; }

    /// <summary>Between a label and what it is of, in a column where letters are of one width.</summary>
    public required Func<string, string> Label { get; init; }

    /// <summary>The time in this language, always UTC.</summary>
    public required Func<DateTimeOffset, string> Time { get; init; }

    public static NoticeWords English { get; } = new()
    {
        From = "Mail relay {0}",
        NotDelivered = "Not delivered: {0}",
        Delayed = "Delayed: {0}",
        NoSubject = "your message without a subject",
        OfYourMessages = "{0} of your messages",
        OneRecipient = "{0} recipient",
        Recipients = "{0} recipients",
        OneOther = "{0} other",
        Others = "{0} others",
        OneMoreRecipient = "{0} more recipient",
        MoreRecipients = "{0} more recipients",
        Greeting = "This is the mail relay {0}. It writes this by itself.",
        FailedAndDelayed = "{0} did not get your mail. For {1} it takes longer; nothing need be done about those yet.",
        Failed = "{0} did not get your mail, and it is not tried again.",
        Late = "For {0} your mail takes longer than usual. It is still tried; you need not send it again.",
        More = "And {0}, not listed here. The administrator of the relay finds them all in its queue.",
        WithinTheHour = "Further failures and delays within the hour come together in one notice.",
        Questions = "Questions: {0}",
        Message = "The message",
        Subject = "Subject",
        Accepted = "Accepted",
        SentFrom = "Sent from",
        Origin = "{0} ({1}), client {2}",
        Sender = "Sender",
        QueueId = "Queue id",
        None = "(none)",
        What = "What",
        Refused = "not delivered; the receiving side refused it",
        Bounced = "not delivered; an administrator of the relay ended it",
        Expired = "not delivered; it could not be handed over in the time a message has",
        Held = "it waits until an administrator of the relay lets it go",
        Trying = "not delivered yet; it is tried until {0}",
        Why = "Why",
        WhoMendsIt = "Who mends it",
        LastTried = "Last tried",
        Reason = "Reason",
        Reply = "Reply",
        Label = name => (name + ":").PadRight(16),
        Time = time => time.UtcDateTime.ToString("ddd d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture),
    };
}
