using System.IO.Pipelines;

namespace HveRelay.Tests.Support;

/// <summary>How the octets that a server sent in one go arrive at the client's reads.</summary>
public enum Arrival
{
    Whole,
    ByLine,
    ByOctet,
}

/// <summary>Two ends of a connection in memory, with back-pressure; disposing one end is seen by the other as a close.</summary>
public sealed class StreamPair
{
    /// <summary>A writer waits when the other end has that many octets unread.</summary>
    public const int Capacity = 16 * 1024;

    public StreamPair(Arrival arrival)
    {
        var options = new PipeOptions(pauseWriterThreshold: Capacity, resumeWriterThreshold: Capacity / 2, useSynchronizationContext: false);
        var (up, down) = (new Pipe(options), new Pipe(options));
        Client = new PipeEnd(down.Reader, up.Writer, arrival);
        Server = new PipeEnd(up.Reader, down.Writer, Arrival.Whole);
    }

    public Stream Client { get; }

    public Stream Server { get; }

    private sealed class PipeEnd(PipeReader reader, PipeWriter writer, Arrival arrival) : Stream
    {
        private bool _disposed;

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw NotOfAConnection();

        public override long Position
        {
            get => throw NotOfAConnection();
            set => throw NotOfAConnection();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var read = await reader.ReadAsync(cancellationToken);
            var here = read.Buffer.FirstSpan;
            var count = Math.Min(buffer.Length, arrival switch
            {
                Arrival.ByOctet => Math.Min(1, here.Length),
                Arrival.ByLine when here.IndexOf((byte)'\n') is var at and >= 0 => at + 1,
                _ => here.Length,
            });
            here[..count].CopyTo(buffer.Span);
            reader.AdvanceTo(read.Buffer.GetPosition(count));
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if ((await writer.WriteAsync(buffer, cancellationToken)).IsCompleted)
            {
                throw new IOException("Broken pipe");
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw NotOfAConnection();

        public override void Write(byte[] buffer, int offset, int count) => throw NotOfAConnection();

        public override long Seek(long offset, SeekOrigin origin) => throw NotOfAConnection();

        public override void SetLength(long value) => throw NotOfAConnection();

        private static NotSupportedException NotOfAConnection() => new("A connection is read and written asynchronously, and has no length");

        protected override void Dispose(bool disposing)
        {
            if (!_disposed)
            {
                _disposed = true;
                reader.Complete();
                writer.Complete();
            }

            base.Dispose(disposing);
        }
    }
}
