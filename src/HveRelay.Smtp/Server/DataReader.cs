using System.Buffers;

namespace HveRelay.Smtp.Server;

/// <summary>What to do about a CR or an LF that stands alone in the content.</summary>
public enum NewlineMode
{
    /// <summary>It becomes CRLF.</summary>
    Normalize,

    /// <summary>It becomes CRLF and is reported, so that the message is refused: 550 5.6.11.</summary>
    Reject,

    /// <summary>LF is a line end like CRLF, also around the final dot.</summary>
    LfOnly,
}

/// <summary>
/// Finds the end of DATA and undoes dot-stuffing (RFC 5321 section 4.5.2), whatever way the octets are cut into reads.
/// The rules, which close the ways of SMTP smuggling:
/// the end is CRLF . CRLF (the first CRLF may be the one behind DATA) and nothing else, but in <see cref="NewlineMode.LfOnly"/>;
/// a dot is stuffing only behind such a line end; what comes out holds no CR without LF and no LF without CR;
/// CRs before an LF, up to a thousand of them, are one line end with it; otherwise each CR alone and each LF alone is one.
/// The chunks of BDAT (RFC 3030) go by the same rules, but for the dots, which mean nothing there.
/// </summary>
/// <param name="chunked">The content comes by BDAT: nothing in it ends it, and <see cref="Complete"/> does.</param>
public sealed class DataReader(NewlineMode mode, bool chunked = false)
{
    /// <summary>More CRs in a row than that are no line end of anybody: what comes out must not wait, and grow, for ever.</summary>
    private const int MostCarriageReturns = 1000;

    private State _state = State.LineStart;

    /// <summary>CRs that wait to be told what follows them.</summary>
    private int _carriageReturns;

    private BareEnd _bareEnd;

    private enum State
    {
        LineStart,
        InLine,
        Dot,
    }

    /// <summary>How much of LF . LF stands before the next octet, where that ends nothing.</summary>
    private enum BareEnd
    {
        None,
        Newline,
        Dot,
    }

    /// <summary>A CR or LF stood alone.</summary>
    public bool HadBareNewline { get; private set; }

    /// <summary>A dot stood alone on a line that ended in LF, which ends the message in <see cref="NewlineMode.LfOnly"/> alone.</summary>
    public bool HadBareEnd { get; private set; }

    /// <summary>
    /// Reads as much of <paramref name="input"/> as belongs to the message. True when its end was in there;
    /// <paramref name="consumed"/> is the number of octets read, terminator included.
    /// </summary>
    public bool Read(ReadOnlySpan<byte> input, IBufferWriter<byte> output, out int consumed)
    {
        for (var at = 0; at < input.Length;)
        {
            var octet = input[at];
            if (octet == (byte)'\r')
            {
                at++;
                if (++_carriageReturns == MostCarriageReturns)
                {
                    FlushCarriageReturns(output);
                }
            }
            else if (octet == (byte)'\n')
            {
                at++;
                if (EndOfLine(output))
                {
                    consumed = at;
                    return true;
                }
            }
            else
            {
                FlushCarriageReturns(output);
                if (_state == State.LineStart && octet == (byte)'.' && !chunked)
                {
                    _state = State.Dot;
                    at++;
                    continue;
                }

                // The dot before was stuffing: it goes, and the line goes on (section 4.5.2).
                _state = State.InLine;
                var rest = input[at..];
                var run = rest.IndexOfAny((byte)'\r', (byte)'\n');
                run = run < 0 ? rest.Length : run;
                _bareEnd = _bareEnd == BareEnd.Newline && octet == (byte)'.' && run == 1 ? BareEnd.Dot : BareEnd.None;
                output.Write(rest[..run]);
                at += run;
            }
        }

        consumed = input.Length;
        return false;
    }

    /// <summary>The last chunk was read: CRs that waited for an LF have stood alone.</summary>
    public void Complete(IBufferWriter<byte> output) => FlushCarriageReturns(output);

    /// <summary>An LF, with the CRs before it. True when it ends the message.</summary>
    private bool EndOfLine(IBufferWriter<byte> output)
    {
        var returns = _carriageReturns;
        _carriageReturns = 0;
        var isLineEnd = returns >= 1 || mode == NewlineMode.LfOnly;
        HadBareNewline |= returns != 1 && mode != NewlineMode.LfOnly;
        HadBareEnd |= returns == 0 && !chunked && (_state == State.Dot || _bareEnd == BareEnd.Dot);
        _bareEnd = returns == 0 ? BareEnd.Newline : BareEnd.None;
        if (_state == State.Dot && (returns == 1 || (returns == 0 && mode == NewlineMode.LfOnly)))
        {
            return true;
        }

        output.Write("\r\n"u8);
        _state = isLineEnd ? State.LineStart : State.InLine;
        return false;
    }

    /// <summary>CRs that no LF followed are line ends of their own, but none that a dot may follow.</summary>
    private void FlushCarriageReturns(IBufferWriter<byte> output)
    {
        if (_carriageReturns == 0)
        {
            return;
        }

        HadBareNewline = true;
        _bareEnd = BareEnd.None;
        for (; _carriageReturns > 0; _carriageReturns--)
        {
            output.Write("\r\n"u8);
        }

        _state = State.InLine;
    }
}
