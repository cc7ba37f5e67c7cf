using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace HveRelay.Smtp;

/// <summary>
/// An SMTP reply (RFC 5321 section 4.2): a three-digit code, an enhanced code where there is one (RFC 2034),
/// and one or more lines of text without the codes. The same type for what we say and for what we are told.
/// </summary>
public sealed record Reply(int Code, EnhancedCode? Enhanced, ImmutableArray<string> Lines)
{
    /// <summary>Room for both codes, spaces and the line end, whatever the numbers.</summary>
    private const int CodesLength = 48;

    /// <summary>2yz.</summary>
    public bool IsPositive => Code is >= 200 and < 300;

    /// <summary>3yz: go on, for example 354.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;

    /// <summary>4yz.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5yz.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The text of all lines, joined by a space.</summary>
    public string Text => Lines.Length == 1 ? Lines[0] : string.Join(' ', Lines);

    public static Reply Of(int code, string enhanced, params ImmutableArray<string> lines) =>
        new(code, EnhancedCode.Parse(enhanced), lines);

    public static Reply Plain(int code, params ImmutableArray<string> lines) => new(code, null, lines);

    /// <summary>
    /// Reads a reply back from what <see cref="ToString"/> made of it, or from a reply line that somebody pasted;
    /// the text is one line then. False where there is no three-digit code of 2yz to 5yz.
    /// </summary>
    public static bool TryParse(string text, out Reply? reply)
    {
        reply = null;
        if (text.Length < 3 || !int.TryParse(text.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || code is < 200 or > 599 || (text.Length > 3 && text[3] is not (' ' or '-')))
        {
            return false;
        }

        var rest = text.Length > 4 ? text.AsSpan(4) : default;
        EnhancedCode? enhanced = null;
        if (EnhancedCode.TryParse(rest, out var found, out var length))
        {
            enhanced = found;
            rest = rest[length..].TrimStart(' ');
        }

        reply = new Reply(code, enhanced, [rest.ToString()]);
        return true;
    }

    /// <summary>
    /// The reply as its octets on the wire, each line with both codes and CRLF. Whatever the text, it stays in its lines: control
    /// characters become question marks.
    /// </summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        for (var i = 0; i < Lines.Length; i++)
        {
            var line = Lines[i];
            var wire = output.GetSpan(CodesLength + Encoding.UTF8.GetMaxByteCount(line.Length));
            Code.TryFormat(wire, out var at, provider: CultureInfo.InvariantCulture);
            wire[at++] = (byte)(i == Lines.Length - 1 ? ' ' : '-');
            if (Enhanced is { } enhanced)
            {
                enhanced.TryFormat(wire[at..], out var length);
                at += length;
                wire[at++] = (byte)' ';
            }

            var text = wire.Slice(at, Encoding.UTF8.GetBytes(line, wire[at..]));
            for (var control = text.IndexOfAnyInRange((byte)0, (byte)31); control >= 0; control = text.IndexOfAnyInRange((byte)0, (byte)31))
            {
                text[control] = (byte)'?';
            }

            at += text.Length;
            "\r\n"u8.CopyTo(wire[at..]);
            output.Advance(at + 2);
        }
    }

    /// <summary>The reply on one line: <c>250 2.1.5 OK</c>.</summary>
    public override string ToString() => Enhanced is { } enhanced ? $"{Code} {enhanced} {Text}" : $"{Code} {Text}";
}
