using System.Buffers;

namespace HveRelay.Smtp.Message;

/// <summary>
/// The quoted-printable encoding (RFC 2045 section 6.7) of text whose lines end in CRLF, in pieces of any size. A CR or LF alone is
/// no line end and is encoded.
/// </summary>
public sealed class QuotedPrintable
{
    private const int LongestLine = 76; // with the = of a soft line break
    private int _column;
    private byte? _held; // white space or a CR, until it is known whether the line ends behind it

    public static byte[] Encode(ReadOnlySpan<byte> text)
    {
        var encoded = new ArrayBufferWriter<byte>((text.Length * 2) + 1);
        var encoder = new QuotedPrintable();
        encoder.Write(text, encoded);
        encoder.Finish(encoded);
        return encoded.WrittenSpan.ToArray();
    }

    public void Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        foreach (var octet in text)
        {
            switch (_held, octet)
            {
                case (Octet.Cr, Octet.Lf):
                    _held = null;
                    output.Write("\r\n"u8);
                    _column = 0;
                    continue;
                case ({ } held, _):
                    // White space stays but for the end of a line, where it would be lost on the way.
                    Put(held, plain: held != Octet.Cr && octet != Octet.Cr, output);
                    break;
            }

            _held = octet is Octet.Cr or Octet.Space or Octet.Tab ? octet : null;
            if (_held is null)
            {
                Put(octet, octet is > Octet.Space and <= (byte)'~' and not (byte)'=', output);
            }
        }
    }

    /// <summary>The end of the text, which need not be one of a line.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_held is { } held)
        {
            Put(held, plain: false, output);
            _held = null;
        }
    }

    private void Put(byte octet, bool plain, IBufferWriter<byte> output)
    {
        var length = plain ? 1 : 3;
        if (_column + length > LongestLine - 1)
        {
            output.Write("=\r\n"u8);
            _column = 0;
        }

        _column += length;
        var word = output.GetSpan(3);
        if (plain)
        {
            word[0] = octet;
        }
        else
        {
            const string Digits = "0123456789ABCDEF";
            (word[0], word[1], word[2]) = ((byte)'=', (byte)Digits[octet >> 4], (byte)Digits[octet & 15]);
        }

        output.Advance(length);
    }
}
