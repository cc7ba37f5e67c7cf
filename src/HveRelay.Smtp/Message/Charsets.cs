using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>Character sets by the names that mail uses: all that .NET knows with the code pages provider.</summary>
public static class Charsets
{
    private static readonly Encoding BigEndianUtf32 = new UTF32Encoding(bigEndian: true, byteOrderMark: false);

    /// <summary>Names of old mailers for sets that .NET has under another.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["utf8"] = "utf-8",
        ["unicode-1-1-utf-8"] = "utf-8",
        ["ascii"] = "us-ascii",
        ["ansi_x3.4-1968"] = "us-ascii",
        ["iso8859-1"] = "iso-8859-1",
        ["latin1"] = "iso-8859-1",
        ["iso8859-2"] = "iso-8859-2",
        ["iso8859-15"] = "iso-8859-15",
        ["latin-9"] = "iso-8859-15",
        ["iso-8859-6-i"] = "iso-8859-6",
        ["cp1250"] = "windows-1250",
        ["cp1251"] = "windows-1251",
        ["cp1252"] = "windows-1252",
        ["cp-850"] = "ibm850",
        ["cp932"] = "shift_jis",
        ["ms932"] = "shift_jis",
        ["windows-31j"] = "shift_jis",
        ["cswindows31j"] = "shift_jis",
        ["eucjp"] = "euc-jp",
        ["ujis"] = "euc-jp",
        ["jis"] = "iso-2022-jp",
        ["iso-2022-jp-ms"] = "iso-2022-jp",
        ["cp50220"] = "iso-2022-jp",
        ["gbk"] = "gb18030",
        ["cp936"] = "gb18030",
        ["windows-936"] = "gb18030",
        ["cp949"] = "ks_c_5601-1987",
        ["uhc"] = "ks_c_5601-1987",
        ["cp950"] = "big5",
        ["big5-hkscs"] = "big5",
        ["tis-620"] = "windows-874",
    };

    /// <summary>.NET reads text of this character set.</summary>
    public static bool IsKnown(string name) => Find(name) is not null;

    /// <summary>Null where the name is unknown.</summary>
    public static Encoding? Find(string name) => Find(Encoding.ASCII.GetBytes(name));

    /// <summary>
    /// Null where the name is unknown. It never throws, since a header may name thousands of them: the runtime's own sets
    /// are listed here, and <see cref="CodePagesEncodingProvider"/> answers null where <c>Encoding.GetEncoding</c> throws.
    /// </summary>
    internal static Encoding? Find(ReadOnlySpan<byte> name)
    {
        var language = name.IndexOf((byte)'*'); // RFC 2231 section 5
        name = language < 0 ? name : name[..language];
        if (name.Length is 0 or > 40)
        {
            return null;
        }

        var text = Encoding.Latin1.GetString(name).ToLowerInvariant();
        return Aliases.GetValueOrDefault(text, text) switch
        {
            "utf-8" => Encoding.UTF8,
            "us-ascii" => Encoding.ASCII,
            "iso-8859-1" or "iso_8859-1" or "l1" or "cp819" => Encoding.Latin1,
            "utf-16" or "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-32" or "utf-32le" => Encoding.UTF32,
            "utf-32be" => BigEndianUtf32,
            var known => CodePagesEncodingProvider.Instance.GetEncoding(known),
        };
    }

    /// <summary>What raw octets above 127 are most likely, in a field that must not have them (RFC 5322) or may (RFC 6532).</summary>
    internal static Encoding Guess(ReadOnlySpan<byte> octets)
    {
        if (System.Text.Unicode.Utf8.IsValid(octets))
        {
            return Encoding.UTF8;
        }

        var guess = new CharsetGuess();
        guess.Feed(octets);
        return guess.Charset is { } name ? Find(name) ?? Encoding.Latin1 : Encoding.Latin1;
    }

    /// <summary>
    /// The octets as UTF-8. Raw text must be made so before it is cut into words: a character of Shift_JIS may have an @ or a
    /// backslash for its second octet.
    /// </summary>
    /// <param name="raw">What octets above 127 are; null: a guess.</param>
    internal static ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<byte> octets, Encoding? raw)
    {
        if (Ascii.IsValid(octets))
        {
            return octets;
        }

        raw ??= Guess(octets);
        return raw.Equals(Encoding.UTF8) ? octets : Encoding.UTF8.GetBytes(raw.GetString(octets));
    }
}
