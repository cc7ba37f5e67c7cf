using System.Buffers;

namespace HveRelay.Smtp.Message;

/// <summary>The quoted-printable encoding (RFC 2045 section 6.7) of text whose lines end in CRLF.</summary>
public static class QuotedPrintable
{
    private const int LongestLine = 76; // with the = of a soft line break

    public static byte[] Encode(ReadOnlySpan<byte> text)
    {
        var encoded = new ArrayBufferWriter<byte>((text.Length * 2) + 1);
        Span<byte> word = stackalloc byte[3];
        var column = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i..].StartsWith("\r\n"u8))
            {
                encoded.Write("\r\n"u8);
                column = 0;
                i++;
                continue;
            }

            var atEnd = i + 1 == text.Length || text[(i + 1)..].StartsWith("\r\n"u8);
            var length = Word(text[i], atEnd, word);
            if (column + length > LongestLine - 1)
            {
                encoded.Write("=\r\n"u8);
                column = 0;
            }

            encoded.Write(word[..length]);
            column += length;
        }

        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>White space stays but for the end of a line, where it would be lost on the way.</summary>
    private static int Word(byte octet, bool atEnd, Span<byte> word)
    {
        if (octet is > (byte)' ' and <= (byte)'~' and not (byte)'=' || (octet is (byte)' ' or (byte)'\t' && !atEnd))
        {
            word[0] = octet;
            return 1;
        }

        const string Digits = "0123456789ABCDEF";
        (word[0], word[1], word[2]) = ((byte)'=', (byte)Digits[octet >> 4], (byte)Digits[octet & 15]);
        return 3;
    }
}
