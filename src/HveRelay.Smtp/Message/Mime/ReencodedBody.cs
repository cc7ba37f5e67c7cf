using System.Buffers;

namespace HveRelay.Smtp.Message.Mime;

/// <summary>
/// The body of a message with some of its parts encoded anew, in pieces as it passes; every other octet stays. The header of such
/// a part gets its new Content-Transfer-Encoding.
/// </summary>
/// <param name="start">Where the body begins in the message.</param>
/// <param name="edits">In order.</param>
public sealed class ReencodedBody(long start, IReadOnlyList<PartEdit> edits)
{
    private readonly ArrayBufferWriter<byte> _header = new();
    private long _position = start;
    private int _next;
    private PartEncoder? _encoder;

    public void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty)
        {
            var take = octets.Length;
            if (_next == edits.Count)
            {
                output.Write(octets);
            }
            else
            {
                var edit = edits[_next];
                var until = _position < edit.HeaderStart ? edit.HeaderStart : _position < edit.BodyStart ? edit.BodyStart : edit.End;
                take = (int)Math.Min(take, until - _position);
                Write(octets[..take], edit, output);
            }

            _position += take;
            octets = octets[take..];
            if (_next < edits.Count && _position >= edits[_next].End)
            {
                Finish(output);
                _next++;
            }
        }
    }

    /// <summary>The message is over.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        _encoder?.Finish(output);
        _encoder = null;
    }

    private void Write(ReadOnlySpan<byte> octets, PartEdit edit, IBufferWriter<byte> output)
    {
        if (_position < edit.HeaderStart)
        {
            output.Write(octets);
        }
        else if (_position < edit.BodyStart)
        {
            _header.Write(octets);
            if (_position + octets.Length == edit.BodyStart)
            {
                WriteHeader(edit, output);
                _header.ResetWrittenCount();
            }
        }
        else
        {
            _encoder ??= new PartEncoder(edit.Reencoding);
            _encoder.Write(octets, output);
        }
    }

    private void WriteHeader(PartEdit edit, IBufferWriter<byte> output)
    {
        var editor = new HeaderEditor(HeaderBlock.Parse(_header.WrittenMemory));
        if (edit.Reencoding == Reencoding.ToQuotedPrintable)
        {
            editor.Replace(HeaderField.Structured("Content-Transfer-Encoding", "quoted-printable"));
        }

        editor.WriteTo(output);
    }
}
