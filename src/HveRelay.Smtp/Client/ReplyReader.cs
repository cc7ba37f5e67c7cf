using System.Net.Sockets;

namespace HveRelay.Smtp.Client;

/// <summary>Reads replies from a stream through one fixed buffer; lines end in LF, with or without CR before it.</summary>
internal sealed class ReplyReader(Stream stream, ReplyLimits limits)
{
    private readonly byte[] _buffer = new byte[limits.LineOctets];
    private readonly ReplyAssembler _assembler = new(limits);
    private int _start;
    private int _end;

    /// <summary>Octets that came behind the last reply.</summary>
    public int Unread => _end - _start;

    /// <summary>The next reply. A lost connection is a value; only cancellation throws.</summary>
    public async ValueTask<Heard> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (TryTake() is { } heard)
            {
                return heard;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, Unread).CopyTo(_buffer);
                (_start, _end) = (0, Unread);
            }

            int count;
            try
            {
                count = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            }
            catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException)
            {
                return Heard.Closed($"The connection broke: {Printable.Of(broken.Message)}");
            }

            if (count == 0)
            {
                return Heard.Closed(Unread > 0 || _assembler.IsInside
                    ? "The server closed the connection in the middle of a reply."
                    : "The server closed the connection.");
            }

            _end += count;
        }
    }

    /// <summary>A whole reply that is here already, or garbage; null where octets are missing.</summary>
    public Heard? TryTake()
    {
        while (_buffer.AsSpan(_start, Unread).IndexOf((byte)'\n') is var length and >= 0)
        {
            var line = _buffer.AsSpan(_start, length).TrimEnd((byte)'\r');
            _start += length + 1;
            if (_assembler.Add(line) is { } heard)
            {
                return heard;
            }
        }

        return Unread == _buffer.Length ? Heard.Garbage("The server's reply has a line without an end.") : null;
    }
}
