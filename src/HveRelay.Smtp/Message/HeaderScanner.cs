using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>What ended a header block.</summary>
public enum HeaderEnd
{
    /// <summary>Nothing yet, or nothing at all: the input ended first.</summary>
    EndOfInput,

    /// <summary>The empty line of RFC 5322 section 2.1.</summary>
    EmptyLine,

    /// <summary>A line that is no header line: the sender forgot the empty line, and the body begins with this one.</summary>
    BodyLine,
}

/// <summary>
/// Finds the end of the header block while the message arrives, in pieces of any size. It keeps counters and no octets.
/// A line ends in CRLF, in LF or in CR; white space before the colon is accepted (RFC 5322 section 4.5).
/// The one place that knows what a header line is: <see cref="HeaderBlock.Parse"/> asks it too.
/// </summary>
/// <param name="limit">Octets from which on <see cref="IsTooLong"/> is true.</param>
public sealed class HeaderScanner(int limit = HeaderScanner.DefaultLimit)
{
    /// <summary>256 KiB: more than any honest header, and what one message may cost of memory.</summary>
    public const int DefaultLimit = 256 * 1024;

    private const ulong Received = 0x72_65_63_65_69_76_65_64; // "received"
    private const ulong LowerCase = 0x20_20_20_20_20_20_20_20;
    private const ulong MboxFrom = 0x46_72_6F_6D; // "From"

    private readonly List<FieldPosition>? _fields;
    private Place _place = Place.LineStart;
    private bool _afterCr;
    private bool _inField;
    private bool _mboxSpace;
    private long _position;
    private long _lineStart;
    private int _nameLength;
    private ulong _nameEnd; // the latest eight octets of the name

    internal HeaderScanner(List<FieldPosition> fields)
        : this() => _fields = fields;

    private enum Place
    {
        LineStart,
        Name,
        SpaceAfterName,
        MboxLine,
        Value,
        EmptyLine,
    }

    /// <summary>The header block is over; what is fed from now on is body and is not looked at.</summary>
    public bool IsOver { get; private set; }

    public HeaderEnd End { get; private set; }

    /// <summary>
    /// Octets from the start of the message to the start of its body, an mbox line and the empty line among them. Before
    /// <see cref="IsOver"/> what is known to belong to the header.
    /// </summary>
    public long Length => IsOver || _place is not (Place.Name or Place.SpaceAfterName) ? _position : _lineStart;

    /// <summary>The header block is longer than the limit: known as soon as it is so, not only at its end.</summary>
    public bool IsTooLong => Length > limit;

    /// <summary>The number of Received fields, which is the hop count of RFC 5321 section 6.3.</summary>
    public int ReceivedCount { get; private set; }

    /// <summary>There was an octet above 127 in the header block.</summary>
    public bool HasEightBit { get; private set; }

    /// <summary>Where the fields end: before the empty line.</summary>
    internal long FieldsEnd { get; private set; }

    /// <summary>Octets of a leading mbox line with its line end, or 0.</summary>
    internal long MboxLength { get; private set; }

    /// <summary>Takes the next octets of the message; true once the header block is over.</summary>
    public bool Feed(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !IsOver)
        {
            if (_place is Place.Value or Place.MboxLine && !_afterCr)
            {
                var run = octets.IndexOfAny(Octet.Cr, Octet.Lf);
                run = run < 0 ? octets.Length : run;
                HasEightBit |= !Ascii.IsValid(octets[..run]);
                _position += run;
                octets = octets[run..];
                if (octets.IsEmpty)
                {
                    break;
                }
            }

            Step(octets[0]);
            octets = octets[1..];
        }

        return IsOver;
    }

    /// <summary>There is no more input: decides what was still open.</summary>
    public void Complete()
    {
        if (IsOver)
        {
            return;
        }

        var place = _place;
        if (place == Place.Name || (place == Place.SpaceAfterName && !_mboxSpace))
        {
            Stop(HeaderEnd.BodyLine, _lineStart);
            return;
        }

        if (place is Place.MboxLine or Place.SpaceAfterName)
        {
            MboxLength = _position;
        }

        Stop(place == Place.EmptyLine ? HeaderEnd.EmptyLine : HeaderEnd.EndOfInput, _position);
    }

    private void Step(byte octet)
    {
        if (_afterCr)
        {
            _afterCr = false;
            if (octet == Octet.Lf)
            {
                _position++;
                EndLine();
                return;
            }

            EndLine();
            if (IsOver)
            {
                return;
            }
        }

        _place = Next(octet);
        if (IsOver)
        {
            return;
        }

        _position++;
        if (octet == Octet.Cr)
        {
            _afterCr = true;
        }
        else if (octet == Octet.Lf)
        {
            EndLine();
        }
    }

    /// <summary>The place that <paramref name="octet"/> belongs to, which stands at <see cref="_position"/>.</summary>
    private Place Next(byte octet)
    {
        switch (_place)
        {
            case Place.LineStart when octet is Octet.Cr or Octet.Lf:
                return Place.EmptyLine;
            case Place.LineStart when _inField && Octet.IsWsp(octet):
                return Place.Value;
            case Place.LineStart when Octet.IsFtext(octet):
                (_nameLength, _nameEnd, _mboxSpace) = (1, octet, false);
                return Place.Name;
            case Place.Name when Octet.IsFtext(octet):
                _nameLength++;
                _nameEnd = (_nameEnd << 8) | octet;
                return Place.Name;
            case Place.Name or Place.SpaceAfterName when octet == (byte)':':
                BeginField();
                return Place.Value;
            case Place.Name when Octet.IsWsp(octet):
                _mboxSpace = _lineStart == 0 && octet == Octet.Space && _nameLength == 4 && _nameEnd == MboxFrom;
                return Place.SpaceAfterName;
            case Place.SpaceAfterName when Octet.IsWsp(octet):
                return Place.SpaceAfterName;
            case Place.SpaceAfterName when _mboxSpace:
                HasEightBit |= octet > 127;
                return Place.MboxLine;
            case Place.LineStart or Place.Name or Place.SpaceAfterName:
                Stop(HeaderEnd.BodyLine, _lineStart);
                return _place;
            default:
                HasEightBit |= octet > 127;
                return _place;
        }
    }

    private void BeginField()
    {
        _inField = true;
        _fields?.Add(new FieldPosition((int)_lineStart, _nameLength, (int)_position));
        if (_nameLength == 8 && (_nameEnd | LowerCase) == Received)
        {
            ReceivedCount++;
        }
    }

    private void EndLine()
    {
        if (_place == Place.EmptyLine)
        {
            Stop(HeaderEnd.EmptyLine, _position);
            return;
        }

        if (_place == Place.MboxLine)
        {
            MboxLength = _position;
        }

        _place = Place.LineStart;
        _lineStart = _position;
    }

    private void Stop(HeaderEnd end, long length)
    {
        (IsOver, End, _position) = (true, end, length);
        FieldsEnd = end == HeaderEnd.EndOfInput ? length : _lineStart;
    }
}

/// <summary>Where a field stands: its first octet, the length of its name, and its colon.</summary>
internal readonly record struct FieldPosition(int Start, int NameLength, int Colon);
