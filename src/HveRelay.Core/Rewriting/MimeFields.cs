using HveRelay.Smtp.Message;
using HveRelay.Smtp.Message.Mime;

namespace HveRelay.Rewriting;

/// <summary>Says of the body what its sender forgot to say, so that others need not guess. What he said stays, right or wrong.</summary>
public static class MimeFields
{
    private const int LongestEncoding = 200; // octets of a field that holds one word

    internal static void Mend(EditedHeader header, RewriteContext context)
    {
        var types = header.All("Content-Type");
        var type = types is [var only] ? ContentType.Parse(only.Value.Span) : null;
        var charset = context.Body?.Charset;
        if (charset is not null && !header.HasValue("Content-Type"))
        {
            header.Set(HeaderField.Structured("Content-Type", $"text/plain; charset=\"{charset}\""));
        }
        else if (charset is not null && type is { IsText: true, Charset: null, IsWhole: true })
        {
            var (field, value) = (types[0], types[0].Value);
            var bare = value.Span.TrimEnd(" \t\r\n;"u8).Length;
            header.Replace(field.WithValue(value[..bare], $"; charset=\"{charset}\""));
        }

        // RFC 2045 section 6.1: without a word of it the body would have seven bits.
        if (context.Body?.Encoding is { } encoding)
        {
            header.Replace(HeaderField.Structured("Content-Transfer-Encoding", encoding));
        }
        else if (context.Body is { Charset: not null, IsEightBit: true } && !header.HasValue("Content-Transfer-Encoding"))
        {
            header.Set(HeaderField.Structured("Content-Transfer-Encoding", "8bit"));
        }

        // Section 4: without it the fields above are only a guess. Where they cannot be read, they are no MIME.
        if ((type is not null || header.HasChanged("Content-Type") || header.HasChanged("Content-Transfer-Encoding"))
            && !header.HasValue("MIME-Version"))
        {
            header.Set(HeaderField.Structured("MIME-Version", "1.0"));
        }

        if (context.Body is { IsReencoded: true })
        {
            header.Note(RewriteNotes.Reencoded);
        }
    }

    /// <summary>
    /// The body is text as far as the header says, not encoded, and nobody says in which character set: somebody has to look at it.
    /// </summary>
    public static bool LackCharset(HeaderBlock header)
    {
        var fields = header.Fields;
        var encodings = fields.Where(field => field.Is("Content-Transfer-Encoding") && !field.IsBlank).ToList();
        if (encodings.Exists(field => field.Value.Length > LongestEncoding || field.Decode().ToLowerInvariant() is not ("7bit" or "8bit" or "binary")))
        {
            return false;
        }

        var types = fields.Where(field => field.Is("Content-Type") && !field.IsBlank).ToList();
        return types is [] || (types is [var type] && ContentType.Parse(type.Value.Span) is { IsText: true, Charset: null, IsWhole: true });
    }
}
