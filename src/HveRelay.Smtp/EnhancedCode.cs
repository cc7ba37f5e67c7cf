using System.Globalization;
using System.Text.Unicode;

namespace HveRelay.Smtp;

/// <summary>An enhanced status code, <c>class.subject.detail</c> (RFC 3463 section 2), for example 5.7.62.</summary>
public readonly record struct EnhancedCode(int Class, int Subject, int Detail)
{
    /// <summary>Reads a code at the start of <paramref name="text"/>; <paramref name="length"/> is what it took.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EnhancedCode code, out int length)
    {
        code = default;
        length = 0;
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.')
        {
            return false;
        }

        var at = 2;
        if (!Number(text, ref at, out var subject) || at >= text.Length || text[at++] != '.' || !Number(text, ref at, out var detail))
        {
            return false;
        }

        if (at < text.Length && text[at] != ' ')
        {
            return false;
        }

        code = new EnhancedCode(text[0] - '0', subject, detail);
        length = at;
        return true;
    }

    public static EnhancedCode Parse(string text) =>
        TryParse(text, out var code, out var length) && length == text.Length
            ? code
            : throw new FormatException($"'{text}' is not an enhanced status code");

    public override string ToString() => $"{Class}.{Subject}.{Detail}";

    /// <summary>The code in ASCII.</summary>
    internal bool TryFormat(Span<byte> octets, out int length) =>
        Utf8.TryWrite(octets, CultureInfo.InvariantCulture, $"{Class}.{Subject}.{Detail}", out length);

    /// <summary>One to three digits, no more: RFC 3463 section 2.</summary>
    private static bool Number(ReadOnlySpan<char> text, ref int at, out int value)
    {
        var start = at;
        value = 0;
        while (at < text.Length && at - start < 3 && char.IsAsciiDigit(text[at]))
        {
            value = (value * 10) + (text[at++] - '0');
        }

        return at > start;
    }
}
