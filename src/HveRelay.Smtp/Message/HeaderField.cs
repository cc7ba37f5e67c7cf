using System.Buffers;
using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>
/// One field of a header block as octets: name, colon, folded value, line end. One that was parsed keeps the octets that
/// arrived; one that is made here is folded, and nothing in its value can begin another line of the header.
/// </summary>
public readonly struct HeaderField
{
    /// <summary>RFC 5322 section 2.1.1, without the CRLF.</summary>
    internal const int LongestLine = 998;

    private readonly int _nameLength;
    private readonly int _colon;

    internal HeaderField(ReadOnlyMemory<byte> raw, int nameLength, int colon)
    {
        Raw = raw;
        _nameLength = nameLength;
        _colon = colon;
    }

    /// <summary>The whole field with its line ends as they arrived; the last may lack where the input ended.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    internal int NameLength => _nameLength;

    /// <summary>White space stands before the colon, which RFC 5322 section 4.5 has read and section 3 has nobody write.</summary>
    internal bool HasObsoleteName => _colon > _nameLength;

    public string Name => Encoding.ASCII.GetString(Raw.Span[.._nameLength]);

    /// <summary>What follows the colon, folds and all, without the last line end.</summary>
    public ReadOnlyMemory<byte> Value
    {
        get
        {
            var value = Raw[(_colon + 1)..];
            var length = value.Span.TrimEnd("\r\n"u8).Length;
            return value[..length];
        }
    }

    /// <summary>The value has nothing but white space in it.</summary>
    public bool IsBlank => Value.Span.Trim(" \t\r\n"u8).IsEmpty;

    /// <summary>A field of an unstructured value (Subject, X-…): what is not plain ASCII becomes encoded words.</summary>
    /// <exception cref="ArgumentException">The name is none of RFC 5322 section 3.6.8.</exception>
    public static HeaderField Text(string name, string text)
    {
        var plain = Folding.Harmless(text).Trim();
        return Structured(name, EncodedWords.AreNeeded(plain) ? EncodedWords.Encode(plain) : plain);
    }

    /// <summary>
    /// A field whose value has a syntax, which is the caller's to get right; it is folded and nothing else. The value may come
    /// in parts, which a space joins: a line is ended between two parts rather than within one.
    /// </summary>
    /// <exception cref="ArgumentException">The name is none of RFC 5322 section 3.6.8.</exception>
    public static HeaderField Structured(string name, params ReadOnlySpan<string> parts)
    {
        CheckName(name);
        var raw = new ArrayBufferWriter<byte>();
        raw.Write(Encoding.ASCII.GetBytes(name));
        raw.Write(":"u8);
        var column = name.Length + 1;
        foreach (var part in parts)
        {
            var octets = Encoding.UTF8.GetBytes(" " + Folding.Harmless(part).Trim(' ', '\t'));
            if (octets.Length > 1)
            {
                column = Folding.Write(raw, column, octets, first: column == name.Length + 1);
            }
        }

        raw.Write("\r\n"u8);
        return new HeaderField(raw.WrittenMemory, name.Length, name.Length);
    }

    /// <summary>Names compare without regard to case.</summary>
    public bool Is(string name) => _nameLength == name.Length && Ascii.EqualsIgnoreCase(Raw.Span[.._nameLength], name);

    /// <summary>The value on one line: RFC 5322 section 2.2.3, without white space around it.</summary>
    public byte[] Unfold()
    {
        var value = Value.Span;
        var line = new byte[value.Length];
        var length = 0;
        foreach (var octet in value)
        {
            if (octet is not (Octet.Cr or Octet.Lf))
            {
                line[length++] = octet;
            }
        }

        return line.AsSpan(0, length).Trim(" \t"u8).ToArray();
    }

    /// <summary>The value for people: on one line, encoded words decoded, raw 8-bit as UTF-8 (RFC 6532) or else by a guess.</summary>
    public string Decode() => Folding.Harmless(EncodedWords.Decode(Unfold()));

    /// <summary>The same name with the start of its value octet for octet, and more behind it, on a line of its own.</summary>
    /// <param name="start">From the value, up to where <paramref name="more"/> begins.</param>
    /// <param name="more">Begins with a special, such as a semicolon, that white space may follow.</param>
    public HeaderField WithValue(ReadOnlyMemory<byte> start, string more)
    {
        var rest = Encoding.UTF8.GetBytes(Folding.Harmless(more));
        byte[] raw = [.. Raw.Span[..(_colon + 1)], .. start.Span, rest[0], .. "\r\n "u8, .. rest.AsSpan(1).TrimStart(" "u8), .. "\r\n"u8];
        return new HeaderField(raw, _nameLength, _colon);
    }

    /// <summary>The same value, octet for octet, under another name.</summary>
    /// <exception cref="ArgumentException">The name is none of RFC 5322 section 3.6.8.</exception>
    public HeaderField Renamed(string name)
    {
        CheckName(name);
        var rest = Raw.Span[(_colon + 1)..];
        var firstLine = rest.IndexOfAny(Octet.Cr, Octet.Lf);
        firstLine = firstLine < 0 ? rest.Length : firstLine;

        // A longer name must not push the first line over the limit: then the value begins on a line of its own.
        var fold = name.Length + 1 + firstLine > LongestLine && Octet.IsWsp(rest[0]) && !rest[..firstLine].Trim(" \t"u8).IsEmpty;
        var colon = fold ? ":\r\n"u8 : ":"u8;
        var raw = new byte[name.Length + colon.Length + rest.Length];
        Encoding.ASCII.GetBytes(name, raw);
        colon.CopyTo(raw.AsSpan(name.Length));
        rest.CopyTo(raw.AsSpan(name.Length + colon.Length));
        return new HeaderField(raw, name.Length, name.Length);
    }

    /// <summary>
    /// The same field with its lines over 998 octets folded where white space lets them (RFC 5322 section 2.2.3), so that it unfolds
    /// to the same value; the same field where there is nothing to fold, or nowhere.
    /// </summary>
    public HeaderField Folded()
    {
        var raw = new ArrayBufferWriter<byte>(Raw.Length + 16);
        var first = true;
        foreach (var range in Folding.Lines(Raw.Span))
        {
            Folding.WriteLine(raw, Raw.Span[range], first ? _colon + 2 : 1);
            first = false;
        }

        return raw.WrittenCount == Raw.Length ? this : new HeaderField(raw.WrittenMemory, _nameLength, _colon);
    }

    public override string ToString() => $"{Name}: {Decode()}";

    private static void CheckName(string name)
    {
        var bad = name.Length is 0 or > 70;
        foreach (var octet in name)
        {
            bad |= octet > 126 || !Octet.IsFtext((byte)octet);
        }

        if (bad)
        {
            throw new ArgumentException($"'{name}' is no name of a header field", nameof(name));
        }
    }
}
