using System.Buffers;
using System.Text;

namespace HveRelay.Smtp.Message.Mime;

// What may be encoded anew, and what not.
//
//   part                                            what becomes of it when it has a line over 998 octets
//   7bit, 8bit, binary or no encoding               quoted-printable
//   quoted-printable                                soft line breaks
//   base64                                          lines of 76
//   another encoding                                nothing
//   anything in multipart/signed, multipart/        nothing: its octets are signed
//     encrypted, multipart/digest
//   message/rfc822 and other message/…              nothing: RFC 2046 section 5.2.1 forbids an encoding
//   a multipart without a boundary, with an         nothing
//     encoding, nested deeper than 16, or with
//     delimiters that are in doubt

/// <summary>
/// Finds the parts of a body with lines over 998 octets (RFC 5322 section 2.1.1) as it passes, in pieces of any size. Keeps the start
/// of one line, one part's header and the places found, whatever the length of the message.
/// </summary>
public sealed class LongLineSurvey
{
    /// <summary>A header of a part that is longer is none that anybody reads.</summary>
    internal const int LongestPartHeader = 64 * 1024;

    private const int DeepestNesting = 16;
    private const int MostEdits = 1000;
    private const int LongestEncoding = 1000; // octets of a field that holds one word and perhaps a comment
    private const int LongestDelimiter = 80; // two hyphens, 70 of a boundary, two hyphens, and some white space

    private readonly List<byte[]> _boundaries = [];
    private readonly List<PartEdit> _edits = [];
    private readonly byte[] _line = new byte[LongestDelimiter];
    private readonly ArrayBufferWriter<byte> _header = new();
    private Place _place;
    private Reencoding _reencoding;
    private long _position;
    private long _lineStart;
    private long _longest;
    private long _headerStart;
    private long _bodyStart;
    private bool _inDoubt;

    /// <param name="header">Of the message.</param>
    public LongLineSurvey(HeaderBlock header)
    {
        _position = _lineStart = _headerStart = header.Length;
        Enter(header.Fields);
    }

    private enum Place
    {
        /// <summary>Between parts, or within one that is not to be touched.</summary>
        Elsewhere,
        Header,
        Body,
    }

    /// <summary>There was a line over 998 octets, be it where nothing can be done about it.</summary>
    public bool HasLongLine { get; private set; }

    public void Feed(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var end = octets.IndexOf(Octet.Lf);
            var piece = end < 0 ? octets : octets[..(end + 1)];
            var column = (int)Math.Min(_position - _lineStart, LongestDelimiter);
            piece[..Math.Min(piece.Length, LongestDelimiter - column)].CopyTo(_line.AsSpan(column));
            if (_place == Place.Header && !_inDoubt)
            {
                _header.Write(piece);
                _inDoubt = _header.WrittenCount > LongestPartHeader;
            }

            _position += piece.Length;
            octets = octets[piece.Length..];
            if (end >= 0)
            {
                EndLine(length: _position - _lineStart - 2);
            }
        }
    }

    /// <summary>The message is over; what is to be done, in order. Empty where the structure is in doubt.</summary>
    public IReadOnlyList<PartEdit> Complete()
    {
        if (_position > _lineStart)
        {
            EndLine(length: _position - _lineStart);
        }

        EndPart(_position);
        return _inDoubt || _edits.Count > MostEdits ? [] : _edits;
    }

    private void EndLine(long length)
    {
        var line = _line.AsSpan(0, (int)Math.Min(_position - _lineStart, LongestDelimiter));
        HasLongLine |= length > HeaderField.LongestLine;
        if (_boundaries.Count > 0 && line.StartsWith("--"u8) && Delimits(line.TrimEnd(" \t\r\n"u8)))
        {
            return;
        }

        if (_place == Place.Body)
        {
            _longest = Math.Max(_longest, length);
        }
        else if (_place == Place.Header && length <= 0)
        {
            var block = HeaderBlock.Parse(_header.WrittenMemory);
            _place = Place.Elsewhere;
            if (block.End == HeaderEnd.EmptyLine && block.Length == _header.WrittenCount)
            {
                Enter(block.Fields);
            }
        }

        _lineStart = _position;
    }

    /// <summary>The line is a delimiter of a multipart that is open, the innermost first; then the part before it is over.</summary>
    private bool Delimits(ReadOnlySpan<byte> line)
    {
        for (var i = _boundaries.Count - 1; i >= 0; i--)
        {
            var rest = line[2..];
            if (!rest.StartsWith(_boundaries[i]))
            {
                continue;
            }

            rest = rest[_boundaries[i].Length..];
            if (!rest.IsEmpty && !rest.SequenceEqual("--"u8))
            {
                // Perhaps a delimiter, perhaps text or another boundary that begins like this one: readers do not agree.
                _inDoubt = true;
                return false;
            }

            EndPart(_lineStart - 2);
            _lineStart = _position;
            var isLast = !rest.IsEmpty;
            _boundaries.RemoveRange(isLast ? i : i + 1, _boundaries.Count - (isLast ? i : i + 1));
            _place = isLast ? Place.Elsewhere : Place.Header;
            _headerStart = _position;
            _header.ResetWrittenCount();
            return true;
        }

        return false;
    }

    private void EndPart(long end)
    {
        if (_place == Place.Body && _longest > HeaderField.LongestLine && _reencoding != Reencoding.None && _edits.Count <= MostEdits)
        {
            _edits.Add(new PartEdit(_headerStart, _bodyStart, Math.Max(end, _bodyStart), _reencoding));
        }

        _place = Place.Elsewhere;
    }

    /// <summary>A header is over, and a body begins where we are.</summary>
    private void Enter(IReadOnlyList<HeaderField> fields)
    {
        (_bodyStart, _longest) = (_position, 0);
        var type = fields.FirstOrDefault(field => field.Is("Content-Type")) is { Raw.IsEmpty: false } typeField
            ? ContentType.Parse(typeField.Value.Span)
            : null;
        _reencoding = EncodingOf(fields) switch
        {
            "" or "7bit" or "8bit" or "binary" => Reencoding.ToQuotedPrintable,
            "quoted-printable" => Reencoding.BreakQuotedPrintable,
            "base64" => Reencoding.BreakBase64,
            _ => Reencoding.None,
        };
        if (type is { IsMultipart: true })
        {
            _place = Place.Elsewhere;
            if (type.Subtype is not ("signed" or "encrypted" or "digest") && type.Boundary is { } boundary
                && _reencoding == Reencoding.ToQuotedPrintable && _boundaries.Count < DeepestNesting)
            {
                _boundaries.Add(Encoding.Latin1.GetBytes(boundary.TrimEnd()));
            }

            return;
        }

        _place = type is { Type: "message" } ? Place.Elsewhere : Place.Body;
    }

    private static string EncodingOf(IReadOnlyList<HeaderField> fields)
    {
        var field = fields.FirstOrDefault(each => each.Is("Content-Transfer-Encoding"));
        return field.Raw.IsEmpty ? string.Empty
            : field.Raw.Length > LongestEncoding ? "unknown"
            : Encoding.Latin1.GetString(field.Unfold()).Split('(', ';')[0].Trim().ToLowerInvariant();
    }
}
