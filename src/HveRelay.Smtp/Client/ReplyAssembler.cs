using System.Collections.Immutable;

namespace HveRelay.Smtp.Client;

/// <summary>
/// Puts the lines of one reply together (RFC 5321 section 4.2.1), lenient where servers are careless and no further:
/// a missing space behind the code is read, a code that changes from line to line is garbage.
/// </summary>
internal sealed class ReplyAssembler(ReplyLimits limits)
{
    private readonly ImmutableArray<string>.Builder _lines = ImmutableArray.CreateBuilder<string>();
    private int _code;
    private EnhancedCode? _enhanced;
    private int _octets;

    /// <summary>There are lines, but the last one is missing.</summary>
    public bool IsInside => _lines.Count > 0;

    /// <summary>Takes one line without its line end; null where more lines follow.</summary>
    public Heard? Add(ReadOnlySpan<byte> line)
    {
        _octets += line.Length;
        if (_octets > limits.TotalOctets || _lines.Count == limits.Lines)
        {
            return Heard.Garbage("The server's reply does not end.");
        }

        if (!TryCode(line, out var code))
        {
            return Heard.Garbage($"The server answered with something that is no SMTP reply: \"{Excerpt(line)}\".");
        }

        if (IsInside && code != _code)
        {
            return Heard.Garbage($"The server changed the code inside one reply from {_code} to {code}.");
        }

        _code = code;
        var more = line.Length > 3 && line[3] == (byte)'-';
        var text = line.Length > 3 && line[3] is (byte)' ' or (byte)'-' or (byte)'\t' ? line[4..] : line[3..];
        _lines.Add(WithoutEnhancedCode(Printable.Of(text)));
        if (more)
        {
            return null;
        }

        var reply = new Reply(_code, _enhanced, _lines.ToImmutable());
        _lines.Clear();
        (_enhanced, _octets) = (null, 0);
        return Heard.Said(reply);
    }

    /// <summary>Three digits of 2yz to 5yz and no fourth.</summary>
    private static bool TryCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 3 || (line.Length > 3 && char.IsAsciiDigit((char)line[3])))
        {
            return false;
        }

        foreach (var digit in line[..3])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            code = (code * 10) + (digit - '0');
        }

        return code is >= 200 and < 600;
    }

    /// <summary>RFC 2034 section 4: every line repeats the code. One that differs from the first stays in the text.</summary>
    private string WithoutEnhancedCode(string text)
    {
        if (!EnhancedCode.TryParse(text, out var found, out var length) || (_enhanced ?? found) != found)
        {
            return text;
        }

        _enhanced = found;
        return text[length..].TrimStart(' ');
    }

    private static string Excerpt(ReadOnlySpan<byte> line) =>
        line.Length <= 60 ? Printable.Of(line) : Printable.Of(line[..60]) + "…";
}
