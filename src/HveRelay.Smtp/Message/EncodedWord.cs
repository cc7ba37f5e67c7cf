using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>One encoded word, <c>=?charset?encoding?text?=</c> (RFC 2047 section 2), as a view of the octets it was read from.</summary>
internal readonly ref struct EncodedWord
{
    private static readonly SearchValues<byte> Base64Text =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>Section 5 (3): what Q may hold within a phrase.</summary>
    private static readonly SearchValues<byte> PhraseText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/=_"u8);

    private static readonly SearchValues<byte> TextEnd = SearchValues.Create("?<>\"\r\n"u8);

    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _base64;

    private EncodedWord(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> charset, bool base64, ReadOnlySpan<byte> text)
    {
        Raw = raw;
        Charset = charset;
        _base64 = base64;
        _text = text;
    }

    public ReadOnlySpan<byte> Raw { get; }

    public ReadOnlySpan<byte> Charset { get; }

    public int Length => Raw.Length;

    /// <summary>
    /// It obeys the RFC to the letter, in a character set that others know, and holds no control characters, so it can stand in a
    /// phrase as it is.
    /// </summary>
    public bool IsValidInPhrase =>
        Length <= 75 && _text.IndexOfAnyExcept(_base64 ? Base64Text : PhraseText) < 0 && (!_base64 || _text.Length % 4 == 0)
        && Ascii.IsValid(Charset) && Charsets.Find(Charset) is { } charset && !charset.GetString(Decode()).Any(char.IsControl);

    /// <summary>Reads a word at the start of <paramref name="octets"/>, one with characters too that do not belong into it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out EncodedWord word)
    {
        word = default;
        if (!octets.StartsWith("=?"u8))
        {
            return false;
        }

        var charset = End(octets, 2);
        if (charset <= 2 || charset + 2 >= octets.Length || octets[charset + 2] != (byte)'?'
            || octets[2..charset].IndexOfAny(Octet.Space, Octet.Tab) >= 0)
        {
            return false;
        }

        var encoding = octets[charset + 1] | 0x20;
        var end = End(octets, charset + 3);
        if (encoding is not ('b' or 'q') || end < 0 || end + 1 >= octets.Length || octets[end + 1] != (byte)'=')
        {
            return false;
        }

        word = new EncodedWord(octets[..(end + 2)], octets[2..charset], encoding == 'b', octets[(charset + 3)..end]);
        return true;
    }

    /// <summary>The octets it stands for; broken base 64 is read as far as it goes.</summary>
    public byte[] Decode()
    {
        var octets = new byte[_text.Length + 4];
        var length = _base64 ? DecodeBase64(octets) : DecodeQ(octets);
        return octets[..length];
    }

    /// <summary>The next question mark, or -1. Devices leave spaces in the text of Q; what ends a phrase ends the word too.</summary>
    private static int End(ReadOnlySpan<byte> octets, int from)
    {
        var end = octets[from..].IndexOfAny(TextEnd);
        return end >= 0 && octets[from + end] == (byte)'?' ? from + end : -1;
    }

    private int DecodeBase64(Span<byte> octets)
    {
        // Devices forget the padding.
        Span<byte> text = new byte[(_text.Length + 3) / 4 * 4];
        text.Fill((byte)'=');
        _text.CopyTo(text);
        Base64.DecodeFromUtf8(text, octets, out _, out var length);
        return length;
    }

    /// <summary>Section 4.2.</summary>
    private int DecodeQ(Span<byte> octets)
    {
        var length = 0;
        for (var i = 0; i < _text.Length; i++)
        {
            var octet = _text[i];
            if (octet == (byte)'=' && i + 2 < _text.Length
                && char.IsAsciiHexDigit((char)_text[i + 1]) && char.IsAsciiHexDigit((char)_text[i + 2]))
            {
                octets[length++] = (byte)((Hex(_text[i + 1]) << 4) | Hex(_text[i + 2]));
                i += 2;
            }
            else
            {
                octets[length++] = octet == (byte)'_' ? Octet.Space : octet;
            }
        }

        return length;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
