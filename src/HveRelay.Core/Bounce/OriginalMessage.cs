using HveRelay.Smtp.Message;

namespace HveRelay.Bounce;

/// <summary>What is known of a message by how it begins.</summary>
/// <param name="Subject">Decoded, on one line; empty where there is none.</param>
/// <param name="MessageId">With its brackets; null where there is none that can be written into a header.</param>
/// <param name="Header">Its fields, whole ones only; without Bcc, which is nobody's business.</param>
public sealed record OriginalMessage(string Subject, string? MessageId, ReadOnlyMemory<byte> Header)
{
    private const int LongestSubject = 200;

    public static OriginalMessage Of(ReadOnlyMemory<byte> head, int mostOctets)
    {
        var block = HeaderBlock.Parse(head);

        // What was cut may have been cut within a field.
        var isWhole = head.Length < mostOctets || block.Length < head.Length;
        var fields = block.Fields.SkipLast(isWhole ? 0 : 1).Where(field => !field.Is("Bcc") && !field.Is("Resent-Bcc")).ToList();
        var subject = fields.Find(field => field.Is("Subject")) is { Raw.IsEmpty: false } titled ? titled.Decode() : string.Empty;
        var id = fields.Find(field => field.Is("Message-ID")) is { Raw.IsEmpty: false } named ? named.Decode() : string.Empty;
        return new OriginalMessage(
            subject.Length > LongestSubject ? subject[..LongestSubject] + "…" : subject,
            IsMessageId(id) ? id : null,
            fields.SelectMany(field => field.Raw.Span.EndsWith("\r\n"u8) ? field.Raw.ToArray() : [.. field.Raw.Span, .. "\r\n"u8]).ToArray());
    }

    /// <summary>RFC 5322 section 3.6.4, as far as it matters.</summary>
    private static bool IsMessageId(string text) =>
        text is ['<', .. var id, '>'] && id.Length is > 0 and < 250 && id.All(character => character is > ' ' and <= '~' and not ('<' or '>'));
}
