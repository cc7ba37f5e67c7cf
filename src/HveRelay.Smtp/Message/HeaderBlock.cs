namespace HveRelay.Smtp.Message;

/// <summary>
/// The header block at the start of a message (RFC 5322 section 2.2), its fields in order and as the octets they are.
/// Reading it changes nothing; <see cref="HeaderEditor"/> makes another one of it.
/// </summary>
public sealed class HeaderBlock
{
    private HeaderBlock(IReadOnlyList<HeaderField> fields, ReadOnlyMemory<byte> mboxLine, int length, HeaderEnd end)
    {
        Fields = fields;
        MboxLine = mboxLine;
        Length = length;
        End = end;
    }

    public IReadOnlyList<HeaderField> Fields { get; }

    /// <summary>A leading <c>From </c> line of a mailbox file, with its line end, which is no field; mostly empty.</summary>
    public ReadOnlyMemory<byte> MboxLine { get; }

    /// <summary>Octets of the input that are header, the empty line among them: the body begins there.</summary>
    public int Length { get; }

    public HeaderEnd End { get; }

    /// <summary>Reads any octets in linear time and never fails; what looks like no header is body.</summary>
    public static HeaderBlock Parse(ReadOnlyMemory<byte> message)
    {
        var positions = new List<FieldPosition>();
        var scanner = new HeaderScanner(positions);
        scanner.Feed(message.Span);
        scanner.Complete();

        var fields = new HeaderField[positions.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            var (start, nameLength, colon) = positions[i];
            var end = i + 1 < fields.Length ? positions[i + 1].Start : (int)scanner.FieldsEnd;
            fields[i] = new HeaderField(message[start..end], nameLength, colon - start);
        }

        return new HeaderBlock(fields, message[..(int)scanner.MboxLength], (int)scanner.Length, scanner.End);
    }
}
