using System.Buffers;
using System.Text;

namespace HveRelay.Smtp.Server;

/// <summary>The content of one message on its way from the wire to its sink: line ends mended, counted, and handed on in large pieces.</summary>
/// <param name="limit">Octets it may have; 0 is no limit. What is over it is read and not handed on.</param>
internal sealed class IncomingContent(IContentSink sink, DataReader reader, long limit) : IAsyncDisposable
{
    /// <summary>Octets gathered before they are handed on.</summary>
    private const int Gather = 64 * 1024;

    private readonly PooledBuffer _gathered = new(16 * 1024);
    private long _length;

    public IContentSink Sink => sink;

    public bool IsTooLarge => limit > 0 && _length + _gathered.Length > limit;

    public bool HadBareNewline => reader.HadBareNewline;

    public bool HadBareEnd => reader.HadBareEnd;

    /// <summary>What its line ends show so far.</summary>
    public Quirks Newlines => reader.HadBareNewline ? Quirks.BareNewlineContent : Quirks.None;

    /// <summary>Reads up to the end of the message or until enough is gathered. True at the end of the message.</summary>
    public bool Read(ReadOnlySequence<byte> octets, out long read)
    {
        read = 0;
        foreach (var segment in octets)
        {
            var ended = reader.Read(segment.Span, _gathered, out var consumed);
            read += consumed;
            if (ended || _gathered.Length >= Gather)
            {
                return ended;
            }
        }

        return false;
    }

    /// <summary>Hands on what is gathered if it is enough.</summary>
    public ValueTask<Quirks> HandOnAsync(bool eightBit, CancellationToken cancel) =>
        _gathered.Length < Gather ? new(Quirks.None) : HandOnAllAsync(eightBit, cancel);

    /// <summary>Hands on the rest.</summary>
    public async ValueTask<Quirks> CompleteAsync(bool eightBit, CancellationToken cancel)
    {
        reader.Complete(_gathered);
        var quirks = _gathered.Length > 0 ? await HandOnAllAsync(eightBit, cancel) : Quirks.None;
        return quirks | Newlines;
    }

    public ValueTask DisposeAsync()
    {
        _gathered.Dispose();
        return sink.DisposeAsync();
    }

    private async ValueTask<Quirks> HandOnAllAsync(bool eightBit, CancellationToken cancel)
    {
        var quirks = eightBit || Ascii.IsValid(_gathered.Written.Span) ? Quirks.None : Quirks.UndeclaredEightBit;
        _length += _gathered.Length;
        var fits = limit == 0 || _length <= limit;
        if (fits)
        {
            await sink.WriteAsync(_gathered.Written, cancel);
        }

        _gathered.Clear();
        return quirks;
    }
}
