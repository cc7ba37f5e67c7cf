namespace HveRelay.Smtp.Client;

/// <summary>
/// Turns content into what follows 354 (RFC 5321 section 4.5.2): a dot at the start of a line is doubled, the first line
/// included. Holds as well that no bare CR or LF leaves, whatever arrives: each becomes CRLF, since a bare one is how
/// messages are smuggled (and HVE answers 550 5.6.11). Input may be cut anywhere; the state goes over the cut.
/// </summary>
internal struct DotStuffer()
{
    /// <summary>More than any one step writes.</summary>
    public const int LeastRoom = 8;

    private bool _atLineStart = true;
    private bool _afterCr;

    /// <summary>Takes what fits from <paramref name="input"/>; returns the octets written to <paramref name="output"/>.</summary>
    public int Write(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        var (read, written) = (0, 0);
        while (read < input.Length && output.Length - written >= LeastRoom)
        {
            if (_afterCr)
            {
                // The LF of a CRLF belongs to it; a bare CR has been answered with a whole CRLF and nothing is taken.
                read += input[read] == (byte)'\n' ? 1 : 0;
                LineEnd(output, ref written);
                continue;
            }

            if (_atLineStart && input[read] == (byte)'.')
            {
                output[written++] = (byte)'.';
            }

            var rest = input[read..];
            var run = rest.IndexOfAny((byte)'\r', (byte)'\n') is var at and >= 0 ? at : rest.Length;
            run = Math.Min(run, output.Length - written);
            rest[..run].CopyTo(output[written..]);
            (read, written) = (read + run, written + run);
            _atLineStart &= run == 0;

            if (run < rest.Length && output.Length - written >= LeastRoom)
            {
                if (rest[run] == (byte)'\r')
                {
                    _afterCr = true;
                    read++;
                }
                else if (rest[run] == (byte)'\n')
                {
                    read++;
                    LineEnd(output, ref written);
                }
            }
        }

        consumed = read;
        return written;
    }

    /// <summary>The end: CRLF only where the content does not end in one, the dot, CRLF. Needs <see cref="LeastRoom"/>.</summary>
    public int Finish(Span<byte> output)
    {
        var written = 0;
        if (_afterCr || !_atLineStart)
        {
            LineEnd(output, ref written);
        }

        ".\r\n"u8.CopyTo(output[written..]);
        return written + 3;
    }

    private void LineEnd(Span<byte> output, ref int written)
    {
        output[written++] = (byte)'\r';
        output[written++] = (byte)'\n';
        (_atLineStart, _afterCr) = (true, false);
    }
}
