using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>A content that is stored through the one writer.</summary>
internal sealed class ContentWriter(Writer writer, DiskReserve reserve) : ChunkedContent
{
    /// <summary>The writer's thread: 0 until the first chunk is stored.</summary>
    public long Number { get; set; }

    /// <summary>The writer's thread: which of its connections stored the chunks.</summary>
    public int Connection { get; set; }

    /// <summary>The writer's thread: chunks stored.</summary>
    public int Chunks { get; set; }

    protected override async Task StoreAsync(ReadOnlyMemory<byte> chunk)
    {
        reserve.ThrowIfLow();
        await writer.DoAsync(Need.Write, session =>
        {
            session.Contents.Append(this, chunk.Span);
            return true;
        });
    }

    protected override async ValueTask DiscardAsync()
    {
        try
        {
            if (Number != 0)
            {
                await writer.DoAsync(Need.Write, session => session.Contents.Discard(Number));
            }
        }
        catch (Exception cause) when (cause is StoreException or ObjectDisposedException)
        {
            // What stays behind is removed by recovery at the next start.
        }
    }
}
