namespace HveRelay.Simulator;

/// <summary>
/// Finds the end of the content and takes the stuffed dots out (RFC 5321 section 4.5.2). Only CRLF <c>.</c> CRLF ends it: a
/// bare LF or CR is content. Input may be cut anywhere.
/// </summary>
internal sealed class DotReader(ContentSink sink)
{
    private State _state = State.LineStart;

    private enum State
    {
        LineStart,
        Text,

        /// <summary>A CR in the text.</summary>
        Cr,

        /// <summary>A dot at the start of a line, which is not content.</summary>
        Dot,

        /// <summary>That, and a CR, which is not content yet.</summary>
        DotCr,
    }

    /// <summary>A line began with a dot that nobody had stuffed.</summary>
    public bool SawLoneDot { get; private set; }

    /// <summary>True: the content has ended, and <paramref name="consumed"/> octets of the input belong to it and its end.</summary>
    public bool Take(ReadOnlySpan<byte> input, out int consumed)
    {
        var run = 0;
        for (var i = 0; i < input.Length; i++)
        {
            switch (_state)
            {
                case State.Text:
                    var cr = input[i..].IndexOf((byte)'\r');
                    if (cr < 0)
                    {
                        i = input.Length;
                        break;
                    }

                    i += cr;
                    _state = State.Cr;
                    break;
                case State.Cr:
                    _state = input[i] switch { (byte)'\n' => State.LineStart, (byte)'\r' => State.Cr, _ => State.Text };
                    break;
                case State.LineStart when input[i] == '.':
                    sink.Write(input[run..i]);
                    run = i + 1;
                    _state = State.Dot;
                    break;
                case State.LineStart:
                    _state = input[i] == '\r' ? State.Cr : State.Text;
                    break;
                case State.Dot when input[i] == '\r':
                    run = i + 1;
                    _state = State.DotCr;
                    break;
                case State.Dot:
                    SawLoneDot |= input[i] != '.';
                    _state = State.Text;
                    break;
                case State.DotCr when input[i] == '\n':
                    consumed = i + 1;
                    return true;
                case State.DotCr:
                    SawLoneDot = true;
                    sink.Write("\r"u8);
                    _state = input[i] == '\r' ? State.Cr : State.Text;
                    break;
            }
        }

        sink.Write(input[Math.Min(run, input.Length)..]);
        consumed = input.Length;
        return false;
    }
}
