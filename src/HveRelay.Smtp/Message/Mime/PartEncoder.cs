using System.Buffers;

namespace HveRelay.Smtp.Message.Mime;

/// <summary>How a part gets rid of its long lines without a change of what it decodes to.</summary>
public enum Reencoding
{
    /// <summary>Not at all: it cannot be done safely.</summary>
    None,

    /// <summary>Plain text, 7bit or 8bit, becomes quoted-printable.</summary>
    ToQuotedPrintable,

    /// <summary>Quoted-printable gets soft line breaks.</summary>
    BreakQuotedPrintable,

    /// <summary>Base 64 gets lines of 76.</summary>
    BreakBase64,
}

/// <summary>Encodes the body of one part, in pieces of any size.</summary>
internal sealed class PartEncoder(Reencoding reencoding)
{
    private const int LongestLine = 76; // RFC 2045 sections 6.7 and 6.8

    private readonly QuotedPrintable _quotedPrintable = new();
    private readonly byte[] _word = new byte[3]; // =XX, as far as it was seen
    private int _wordLength;
    private int _column;

    public void Write(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        switch (reencoding)
        {
            case Reencoding.ToQuotedPrintable:
                _quotedPrintable.Write(body, output);
                break;
            case Reencoding.BreakQuotedPrintable:
                foreach (var octet in body)
                {
                    TakeQuotedPrintable(octet, output);
                }

                break;
            default:
                foreach (var octet in body)
                {
                    TakeBase64(octet, output);
                }

                break;
        }
    }

    public void Finish(IBufferWriter<byte> output)
    {
        _quotedPrintable.Finish(output);
        Flush(output);
    }

    private void TakeQuotedPrintable(byte octet, IBufferWriter<byte> output)
    {
        if (octet is Octet.Cr or Octet.Lf)
        {
            Flush(output);
            output.Write([octet]);
            _column = 0;
            return;
        }

        _word[_wordLength++] = octet;
        if (_word[0] != (byte)'=' || _wordLength == _word.Length)
        {
            Flush(output);
        }
    }

    /// <summary>Never a break within =XX.</summary>
    private void Flush(IBufferWriter<byte> output)
    {
        if (_column + _wordLength > LongestLine - 1 && _wordLength > 0)
        {
            output.Write("=\r\n"u8);
            _column = 0;
        }

        output.Write(_word.AsSpan(0, _wordLength));
        (_column, _wordLength) = (_column + _wordLength, 0);
    }

    /// <summary>Line ends and white space mean nothing there; everything else stays and in order.</summary>
    private void TakeBase64(byte octet, IBufferWriter<byte> output)
    {
        if (Octet.IsFws(octet))
        {
            return;
        }

        if (_column == LongestLine)
        {
            output.Write("\r\n"u8);
            _column = 0;
        }

        output.GetSpan(1)[0] = octet;
        output.Advance(1);
        _column++;
    }
}
