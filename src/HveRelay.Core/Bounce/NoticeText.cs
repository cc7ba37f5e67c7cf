using System.Globalization;
using System.Text;

namespace HveRelay.Bounce;

/// <summary>The words of a notice, for somebody in an office first. Pure.</summary>
internal static class NoticeText
{
    public static string Subject(Notice notice)
    {
        var word = notice.Failed > 0 ? "Not delivered" : "Delayed";
        return notice.OnlyMessage is { } only
            ? $"{word}: {(only.Original.Subject.Length > 0 ? only.Original.Subject : "your message without a subject")}"
            : $"{word}: {Count(notice.Failed + notice.Delayed, "recipient")} of your messages";
    }

    public static string Body(Notice notice)
    {
        var text = new StringBuilder();
        text.Append("This is the mail relay ").Append(notice.HostName).Append(". It writes this by itself.\n\n");
        text.Append(Summary(notice)).Append('\n');
        foreach (var message in notice.Recipients.GroupBy(recipient => recipient.Envelope.Id))
        {
            AppendMessage(text, message.First());
            foreach (var recipient in message)
            {
                AppendRecipient(text, recipient);
            }
        }

        var more = notice.Failed + notice.Delayed - notice.Recipients.Count;
        if (more > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nAnd {Count(more, "more recipient")}, not listed here. The administrator of the relay finds them all in its queue.\n");
        }

        text.Append("\nFurther failures and delays within the hour come together in one notice.\n");
        if (notice.Postmaster.Length > 0)
        {
            text.Append("Questions: ").Append(notice.Postmaster).Append('\n');
        }

        return text.ToString();
    }

    private static string Summary(Notice notice) => (notice.Failed, notice.Delayed) switch
    {
        (> 0, > 0) => $"{Count(notice.Failed, "recipient")} did not get your mail. For {Count(notice.Delayed, "other")} it takes longer; nothing need be done about those yet.",
        (> 0, _) => $"{Count(notice.Failed, "recipient")} did not get your mail, and it is not tried again.",
        _ => $"For {Count(notice.Delayed, "recipient")} your mail takes longer than usual. It is still tried; you need not send it again.",
    };

    private static void AppendMessage(StringBuilder text, NoticedRecipient first)
    {
        var (mail, original) = (first.Envelope, first.Original);
        text.Append("\nThe message\n");
        Line(text, "Subject", original.Subject.Length > 0 ? original.Subject : "(none)");
        Line(text, "Accepted", Time(mail.ReceivedAt));
        Line(text, "Sent from", $"{mail.Origin.HelloName} ({mail.Origin.Address}), client {mail.Origin.Client}");
        Line(text, "Sender", mail.ReversePath.Length > 0 ? mail.ReversePath : "(none)");
        Line(text, "Queue id", mail.Id.ToString());
    }

    private static void AppendRecipient(StringBuilder text, NoticedRecipient recipient)
    {
        text.Append("\n  ").Append(recipient.Address).Append('\n');
        Line(text, "  What", recipient.Kind switch
        {
            NoticeKind.Refused => "not delivered; the receiving side refused it",
            NoticeKind.Bounced => "not delivered; an administrator of the relay ended it",
            NoticeKind.Expired => "not delivered; it could not be handed over in the time a message has",
            NoticeKind.Held => "it waits until an administrator of the relay lets it go",
            _ => $"not delivered yet; it is tried until {Time(recipient.Envelope.ExpiresAt)}",
        });
        Line(text, "  Why", recipient.Words?.Cause);
        Line(text, "  Who mends it", recipient.Words?.Remedy);
        Line(text, "  Last tried", recipient.LastAttempt is { } last ? Time(last) : null);
        Line(text, recipient.Kind == NoticeKind.Bounced ? "  Reason" : "  Reply", recipient.Reply);
    }

    private static void Line(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append("  ").Append((name + ":").PadRight(16)).Append(OnOneLine(value)).Append('\n');
        }
    }

    private static string OnOneLine(string value) => string.Concat(value.Select(character => char.IsControl(character) ? ' ' : character));

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? string.Empty : "s")}");

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("ddd d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
