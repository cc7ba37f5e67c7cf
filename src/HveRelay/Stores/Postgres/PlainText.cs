using System.Text;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// PostgreSQL's text takes no NUL, and what others say may hold one. It is written as a character of the private use area and a digit,
/// and that character as itself and another digit; half a character, which UTF-8 cannot say, becomes U+FFFD.
/// </summary>
internal static class PlainText
{
    private const char Mark = '\uE0F0';
    private const string Nul = "\uE0F00";
    private const string MarkItself = "\uE0F01";

    public static string Write(string text)
    {
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text.AsSpan().ContainsAny('\0', Mark)
            ? text.Replace($"{Mark}", MarkItself, StringComparison.Ordinal).Replace("\0", Nul, StringComparison.Ordinal)
            : text;
    }

    public static string Read(string stored) => stored.Contains(Mark, StringComparison.Ordinal)
        ? stored.Replace(Nul, "\0", StringComparison.Ordinal).Replace(MarkItself, $"{Mark}", StringComparison.Ordinal)
        : stored;
}
