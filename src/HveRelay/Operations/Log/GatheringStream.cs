using Serilog.Debugging;

namespace HveRelay.Operations.Log;

/// <summary>
/// Gathers what is written until <see cref="WriteOut"/>: the writers of lines flush after each one, and to flush means nothing here.
/// Used by one thread at a time.
/// </summary>
internal sealed class GatheringStream(Stream to) : Stream
{
    /// <summary>More than this does not wait for the rest of its batch.</summary>
    private const int MostGathered = 1024 * 1024;

    private readonly MemoryStream _gathered = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => to.Length + _gathered.Length;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException("lines are only ever added");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _gathered.Write(buffer);
        if (_gathered.Length > MostGathered)
        {
            WriteOut();
        }
    }

    /// <summary>Hands on what has gathered, in one write. What cannot be written is given up: the next lines matter more.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void WriteOut()
    {
        if (_gathered.Length == 0)
        {
            return;
        }

        try
        {
            to.Write(_gathered.GetBuffer().AsSpan(0, (int)_gathered.Length));
            to.Flush();
        }
        finally
        {
            _gathered.SetLength(0);
        }
    }

    public override void Flush()
    {
        // Not yet: WriteOut.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("lines are only ever added");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("lines are only ever added");

    public override void SetLength(long value) => throw new NotSupportedException("lines are only ever added");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Who ends, or begins the next day's file, is not to be stopped by a full disk.
            OrGiveUp(WriteOut);
            OrGiveUp(to.Dispose);
        }

        base.Dispose(disposing);
    }

    private static void OrGiveUp(Action write)
    {
        try
        {
            write();
        }
        catch (IOException failure)
        {
            SelfLog.WriteLine("The last log lines could not be written: {0}", failure);
        }
    }
}
