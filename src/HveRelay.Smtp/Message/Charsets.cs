using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>Character sets by the names that mail uses.</summary>
internal static class Charsets
{
    /// <summary>
    /// Null where the name is unknown. It never throws, since a header may name thousands of them: the runtime's own sets
    /// are listed here, and <see cref="CodePagesEncodingProvider"/> answers null where <c>Encoding.GetEncoding</c> throws.
    /// </summary>
    public static Encoding? Find(ReadOnlySpan<byte> name)
    {
        var language = name.IndexOf((byte)'*'); // RFC 2231 section 5
        name = language < 0 ? name : name[..language];
        if (name.Length is 0 or > 40)
        {
            return null;
        }

        var text = Encoding.Latin1.GetString(name).ToLowerInvariant();
        return text switch
        {
            "utf-8" or "utf8" or "unicode-1-1-utf-8" => Encoding.UTF8,
            "us-ascii" or "ascii" or "ansi_x3.4-1968" => Encoding.ASCII,
            "iso-8859-1" or "iso_8859-1" or "iso8859-1" or "latin1" or "l1" or "cp819" => Encoding.Latin1,
            "utf-16" or "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            _ => CodePagesEncodingProvider.Instance.GetEncoding(text),
        };
    }

    /// <summary>UTF-8, or Latin-1 where it is none: what raw 8-bit octets of devices mostly are.</summary>
    public static Encoding Guess(ReadOnlySpan<byte> octets) =>
        System.Text.Unicode.Utf8.IsValid(octets) ? Encoding.UTF8 : Encoding.Latin1;
}
