using System.Buffers;
using System.Text;

namespace HveRelay.Smtp.Message;

// The rules:
//   1. multipart/report (RFC 6522): words for people, fields for programs (RFC 3464), the header of the message.
//   2. Whatever was said by others is folded, encoded or replaced: it can begin no field, no part and no message.
//   3. The whole is 7bit, so that any next hop takes it.

/// <summary>Writes a delivery status notification as a message.</summary>
public static class DeliveryReportWriter
{
    private const int LongestValue = 2000;

    private static readonly SearchValues<byte> Harmless = SearchValues.Create([(byte)'\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(octet => (byte)octet)]);

    public static byte[] Write(DeliveryReport report)
    {
        var text = QuotedPrintable.Encode(Encoding.UTF8.GetBytes(report.Text.ReplaceLineEndings("\r\n")));
        var status = Status(report);
        var isPlain = IsPlain(report.OriginalHeader.Span);
        var original = isPlain ? report.OriginalHeader : QuotedPrintable.Encode(report.OriginalHeader.Span);
        var boundary = Boundary(report.Id, text, status, original.Span);

        var message = new ArrayBufferWriter<byte>();
        foreach (var field in Header(report, boundary))
        {
            message.Write(field.Raw.Span);
        }

        Say(message, "\r\nThis is a delivery report in MIME format.\r\n");
        Begin(message, boundary, "text/plain; charset=utf-8", "quoted-printable");
        message.Write(text);
        Begin(message, boundary, "message/delivery-status", "7bit");
        message.Write(status);
        if (!original.IsEmpty)
        {
            Begin(message, boundary, "text/rfc822-headers", isPlain ? "7bit" : "quoted-printable");
            message.Write(original.Span);
        }

        Say(message, $"\r\n--{boundary}--\r\n");
        return message.WrittenSpan.ToArray();
    }

    private static List<HeaderField> Header(DeliveryReport report, string boundary)
    {
        List<HeaderField> fields =
        [
            HeaderField.Structured("From", report.From.Format()),
            HeaderField.Structured("To", Addresses(report.To)),
            HeaderField.Text("Subject", report.Subject),
            HeaderField.Structured("Date", InternetDate.Format(report.Date)),
            HeaderField.Structured("Message-ID", $"<{report.Id}.notice@{Plain(report.HostName)}>"),
        ];
        if (report.ReplyTo is { } replyTo && new NamedMailbox(string.Empty, replyTo) is { IsUsable: true } answers)
        {
            fields.Add(HeaderField.Structured("Reply-To", answers.Format()));
        }

        if (report.OriginalId is { } original)
        {
            fields.Add(HeaderField.Structured("In-Reply-To", Plain(original)));
            fields.Add(HeaderField.Structured("References", Plain(original)));
        }

        fields.Add(HeaderField.Structured("Auto-Submitted", "auto-replied")); // RFC 3834 section 5
        fields.Add(HeaderField.Structured("MIME-Version", "1.0"));
        fields.Add(HeaderField.Structured("Content-Type", "multipart/report; report-type=delivery-status;", $"boundary=\"{boundary}\""));
        return fields;
    }

    private static byte[] Status(DeliveryReport report)
    {
        var status = new ArrayBufferWriter<byte>();
        Put(status, "Reporting-MTA", "dns; " + report.HostName);
        Put(status, "Arrival-Date", report.Arrival is { } arrival ? InternetDate.Format(arrival) : null);
        foreach (var recipient in report.Recipients)
        {
            Say(status, "\r\n");
            Put(status, "Final-Recipient", "rfc822; " + recipient.Address);
            Put(status, "Action", recipient.Action);
            Put(status, "Status", recipient.Status.ToString());
            Put(status, "Diagnostic-Code", recipient.Reply is { } reply ? (Reply.TryParse(reply, out _) ? "smtp; " : "x-hverelay; ") + reply : null);
            Put(status, "Last-Attempt-Date", recipient.LastAttempt is { } last ? InternetDate.Format(last) : null);
            Put(status, "Will-Retry-Until", recipient.Until is { } until ? InternetDate.Format(until) : null);
            Put(status, "X-HveRelay-Queue-Id", recipient.QueueId);
        }

        return status.WrittenSpan.ToArray();
    }

    private static void Put(ArrayBufferWriter<byte> output, string name, string? value)
    {
        if (value is not null)
        {
            output.Write(HeaderField.Structured(name, Plain(value)).Raw.Span);
        }
    }

    private static void Begin(ArrayBufferWriter<byte> output, string boundary, string type, string encoding) =>
        Say(output, $"\r\n--{boundary}\r\nContent-Type: {type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");

    private static void Say(ArrayBufferWriter<byte> output, string text) => output.Write(Encoding.ASCII.GetBytes(text));

    private static string Addresses(IReadOnlyList<string> addresses)
    {
        var usable = addresses.Select(address => new NamedMailbox(string.Empty, address)).Where(mailbox => mailbox.IsUsable);
        var list = string.Join(", ", usable.Select(mailbox => mailbox.Format()));
        return list.Length > 0 ? list : "undisclosed-recipients:;";
    }

    /// <summary>One that stands in no part (RFC 2046 section 5.1.1).</summary>
    private static string Boundary(string id, ReadOnlySpan<byte> text, ReadOnlySpan<byte> status, ReadOnlySpan<byte> original)
    {
        for (var turn = 0; ; turn++)
        {
            var boundary = $"=_{id}_{turn}";
            var octets = Encoding.ASCII.GetBytes(boundary);
            if (text.IndexOf(octets) < 0 && status.IndexOf(octets) < 0 && original.IndexOf(octets) < 0)
            {
                return boundary;
            }
        }
    }

    /// <summary>Printable ASCII, as fields for programs have to be, and not without end.</summary>
    private static string Plain(string value) =>
        string.Concat(value.Take(LongestValue).Select(character => character is >= ' ' and <= '~' ? character : '?'));

    /// <summary>It may stand as it is: RFC 2045 section 2.7.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> octets)
    {
        foreach (var line in octets.Split("\r\n"u8))
        {
            if (octets[line].Length > HeaderField.LongestLine || octets[line].ContainsAnyExcept(Harmless))
            {
                return false;
            }
        }

        return true;
    }
}
