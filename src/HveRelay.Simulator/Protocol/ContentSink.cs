using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace HveRelay.Simulator;

/// <summary>Takes the octets of one message after un-stuffing: hashes, keeps what is to be kept, and looks at every line.</summary>
internal sealed class ContentSink(IncrementalHash hash, bool keep, long limit)
{
    private const int LongestLine = 998;    // RFC 5321 section 4.5.3.1.6, without CRLF
    private const int LongestHeader = 1 << 20;

    private readonly ArrayBufferWriter<byte> _kept = new(1024);
    private long _lineLength;
    private bool _cr;

    public long Length { get; private set; }

    public bool HasBareNewline { get; private set; }

    public bool HasLongLine { get; private set; }

    public bool HasNul { get; private set; }

    public bool HasEightBit { get; private set; }

    /// <summary>Octets of the header block with its last CRLF; null while the empty line has not come.</summary>
    public long? HeaderLength { get; private set; }

    public bool IsTooLarge => limit > 0 && Length > limit;

    /// <summary>The whole block, or as much as is kept when it never ends.</summary>
    public ReadOnlyMemory<byte> Header => Slice(0, Math.Min(HeaderLength ?? Length, _kept.WrittenCount));

    /// <summary>Empty where content is not kept.</summary>
    public ReadOnlyMemory<byte> Content => keep ? _kept.WrittenMemory : default;

    public ReadOnlyMemory<byte> Body => keep && HeaderLength is { } header ? Slice(Math.Min(header + 2, _kept.WrittenCount), _kept.WrittenCount) : default;

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return;
        }

        hash.AppendData(octets);
        if (!IsTooLarge && (keep || (HeaderLength is null && Length < LongestHeader)))
        {
            _kept.Write(octets);
        }

        HasNul |= octets.Contains((byte)0);
        HasEightBit |= !Ascii.IsValid(octets);
        Look(octets);
        Length += octets.Length;
    }

    /// <summary>The content has ended; the answer is its SHA-256.</summary>
    public string Finish()
    {
        HasBareNewline |= _cr;
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private void Look(ReadOnlySpan<byte> octets)
    {
        var position = 0;
        while (position < octets.Length)
        {
            var next = octets[position..].IndexOfAny((byte)'\r', (byte)'\n');
            if (next != 0 && _cr)
            {
                (HasBareNewline, _cr) = (true, false);
            }

            if (next < 0)
            {
                Lengthen(octets.Length - position);
                return;
            }

            Lengthen(next);
            position += next;
            if (octets[position] == '\r')
            {
                HasBareNewline |= _cr;
                _cr = true;
            }
            else if (_cr)
            {
                EndLine(Length + position);
            }
            else
            {
                HasBareNewline = true;
            }

            position++;
        }
    }

    private void Lengthen(int octets)
    {
        _lineLength += octets;
        HasLongLine |= _lineLength > LongestLine;
    }

    /// <param name="at">The offset of the LF in the message.</param>
    private void EndLine(long at)
    {
        if (_lineLength == 0)
        {
            HeaderLength ??= at - 1;
        }

        (_lineLength, _cr) = (0, false);
    }

    private ReadOnlyMemory<byte> Slice(long start, long end) => _kept.WrittenMemory[(int)start..(int)end];
}
