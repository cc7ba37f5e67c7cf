using System.Buffers;
using System.Text;
using HveRelay.Smtp.Message;

namespace HveRelay.Smtp.Server;

/// <summary>
/// A message in a file: any line ends, no dot-stuffing. It is read twice, once to know its header and its size and once to hand it on,
/// and never held in memory but for its header.
/// </summary>
public sealed class MailFile
{
    private const int Piece = 64 * 1024;

    private readonly Stream _file;
    private readonly int _skipped;

    private MailFile(Stream file, HeaderEnvelope envelope, int skipped, long size, bool eightBit)
    {
        (_file, _skipped) = (file, skipped);
        (Envelope, Size, EightBit) = (envelope, envelope.Header.Length + size - skipped, eightBit);
    }

    public HeaderEnvelope Envelope { get; }

    /// <summary>Octets of header and body as <see cref="ReadAsync"/> gives them.</summary>
    public long Size { get; }

    /// <summary>There are octets above 127 in it.</summary>
    public bool EightBit { get; }

    /// <summary>The addresses of a list as a header has them.</summary>
    public static IEnumerable<string> AddressesIn(string list) => HeaderEnvelope.AddressesIn(list);

    /// <summary>The file can be read from its start; null where the header is longer than a header may be.</summary>
    public static async Task<MailFile?> OpenAsync(Stream file, CancellationToken cancel)
    {
        var scanner = new HeaderScanner();
        var header = new ArrayBufferWriter<byte>();
        var (size, eightBit) = (0L, false);
        await foreach (var piece in MendAsync(file, cancel))
        {
            size += piece.Length;
            eightBit |= !Ascii.IsValid(piece.Span);
            if (scanner.IsOver)
            {
                continue;
            }

            header.Write(piece.Span);
            scanner.Feed(piece.Span);
            if (scanner.IsTooLong)
            {
                return null;
            }
        }

        var block = HeaderBlock.Parse(header.WrittenMemory);
        return new MailFile(file, HeaderEnvelope.Read(block), block.Length, size, eightBit);
    }

    /// <summary>The header as the envelope has it, and the body.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        yield return Envelope.Header;
        await foreach (var piece in BodyAsync(cancel))
        {
            yield return piece;
        }
    }

    /// <summary>What follows the header.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> BodyAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var skip = _skipped;
        await foreach (var piece in MendAsync(_file, cancel))
        {
            var skipped = Math.Min(skip, piece.Length);
            skip -= skipped;
            if (skipped < piece.Length)
            {
                yield return piece[skipped..];
            }
        }
    }

    /// <summary>Behind a byte order mark, where an editor of Windows has put one before the message.</summary>
    private static async Task<long> BeginningAsync(Stream file, CancellationToken cancel)
    {
        file.Position = 0;
        var mark = new byte[3];
        var read = await file.ReadAtLeastAsync(mark, mark.Length, throwOnEndOfStream: false, cancel);
        return mark is [0xEF, 0xBB, 0xBF] ? read : 0;
    }

    /// <summary>The octets with CRLF at the end of every line, the last one too. A piece is good until the next.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> MendAsync(
        Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        file.Position = await BeginningAsync(file, cancel);
        var reader = new DataReader(NewlineMode.Normalize, chunked: true);
        using var mended = new PooledBuffer(Piece);
        var buffer = new byte[Piece];
        var last = (byte)'\n';
        for (int read; (read = await file.ReadAsync(buffer, cancel)) > 0;)
        {
            reader.Read(buffer.AsSpan(0, read), mended, out _);
            if (mended.Length > 0)
            {
                last = mended.Written.Span[^1];
                yield return mended.Written;
                mended.Clear();
            }
        }

        reader.Complete(mended);
        last = mended.Length > 0 ? mended.Written.Span[^1] : last;
        if (last != (byte)'\n')
        {
            mended.Write("\r\n"u8);
        }

        if (mended.Length > 0)
        {
            yield return mended.Written;
        }
    }
}
