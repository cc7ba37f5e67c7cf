using System.IO.Pipelines;

namespace HveRelay.Smtp.Server;

/// <summary>Two pipe ends as one stream, for <see cref="System.Net.Security.SslStream"/> to stand on. Async only; disposing it closes nothing.</summary>
internal sealed class DuplexPipeStream(IDuplexPipe pipe) : Stream
{
    private readonly Stream _input = pipe.Input.AsStream(leaveOpen: true);
    private readonly Stream _output = pipe.Output.AsStream(leaveOpen: true);
    private byte[]? _first;
    private int _kept;

    /// <summary>The first octets that were read, since <see cref="KeepFirst"/> was asked for.</summary>
    public ReadOnlySpan<byte> First => _first.AsSpan(0, _kept);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException("A connection has no length");

    public override long Position
    {
        get => throw new NotSupportedException("A connection has no position");
        set => throw new NotSupportedException("A connection has no position");
    }

    /// <summary>Keeps a copy of so many octets from now on; 0 forgets it, and keeps no more.</summary>
    public void KeepFirst(int octets) => (_first, _kept) = (octets == 0 ? null : new byte[octets], 0);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _first is null ? _input.ReadAsync(buffer, cancellationToken) : ReadAndKeepAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _output.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("Flush asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A connection cannot seek");

    public override void SetLength(long value) => throw new NotSupportedException("A connection has no length");

    private async ValueTask<int> ReadAndKeepAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var read = await _input.ReadAsync(buffer, cancel);
        if (_first is { } first)
        {
            var more = Math.Min(read, first.Length - _kept);
            buffer.Span[..more].CopyTo(first.AsSpan(_kept));
            _kept += more;
        }

        return read;
    }
}
