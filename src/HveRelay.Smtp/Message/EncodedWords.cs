using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>Encoded words (RFC 2047): writes UTF-8 in B, reads B and Q in any character set.</summary>
internal static class EncodedWords
{
    /// <summary>Section 2: an encoded word has at most 75 characters, so B holds 63 of base 64, of which 60 make whole groups.</summary>
    private const int OctetsPerWord = 45;

    /// <summary>
    /// The text cannot stand as it is: it has characters beyond ASCII, would be taken for an encoded word, or has no place to
    /// fold it.
    /// </summary>
    public static bool AreNeeded(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\t', '~') >= 0 || text.Contains("=?", StringComparison.Ordinal))
        {
            return true;
        }

        if (Folding.HasLongWord(text))
        {
            return true;
        }

        var space = 0;
        foreach (var octet in text)
        {
            space = octet is ' ' or '\t' ? space + 1 : 0;
            if (space > Folding.LongestSpace)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The whole text as encoded words with a space between; no character is split between two (section 5).</summary>
    public static string Encode(string text)
    {
        var words = new StringBuilder(text.Length * 2);
        Span<byte> chunk = stackalloc byte[OctetsPerWord];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > OctetsPerWord)
            {
                Flush(words, chunk[..length]);
                length = 0;
            }

            length += rune.EncodeToUtf8(chunk[length..]);
        }

        Flush(words, chunk[..length]);
        return words.ToString();
    }

    private static void Flush(StringBuilder words, ReadOnlySpan<byte> chunk) =>
        words.Append(words.Length == 0 ? "=?utf-8?B?" : " =?utf-8?B?").Append(Convert.ToBase64String(chunk)).Append("?=");

    /// <summary>An unfolded value for people.</summary>
    public static string Decode(ReadOnlySpan<byte> value)
    {
        var text = new EncodedText();
        var raw = Charsets.Guess(value);
        while (!value.IsEmpty)
        {
            var space = value.IndexOfAnyExcept(Octet.Space, Octet.Tab);
            space = space < 0 ? value.Length : space;
            if (EncodedWord.TryRead(value[space..], out var word))
            {
                text.AddWord(word, value[..space]);
                value = value[(space + word.Length)..];
                continue;
            }

            var length = value[space..].IndexOfAny(Octet.Space, Octet.Tab);
            length = length < 0 ? value.Length : space + length;
            text.AddText(raw.GetString(value[..length]));
            value = value[length..];
        }

        return text.ToString();
    }
}
