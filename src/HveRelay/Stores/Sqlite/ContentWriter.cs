using System.Buffers;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The content of one message on its way in. What fits in one chunk stays here until it is enqueued; of a longer one at most two
/// chunks are in memory: the one that fills, and the one that the writer has not taken yet.
/// </summary>
internal sealed class ContentWriter(Writer writer, DiskReserve reserve) : IContentWriter
{
    private const int FirstOctets = 8 * 1024;
    private byte[] _buffer = [];
    private int _filled;
    private Task _inFlight = Task.CompletedTask;
    private volatile bool _lost;
    private bool _over;

    public long Length { get; private set; }

    /// <summary>The writer's thread: 0 until the first chunk is stored.</summary>
    public long Number { get; set; }

    /// <summary>The writer's thread: chunks stored.</summary>
    public int Chunks { get; set; }

    /// <summary>What is not stored yet.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(0, _filled);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        cancel.ThrowIfCancellationRequested();
        while (!octets.IsEmpty)
        {
            if (_filled == ContentRows.ChunkOctets)
            {
                await StoreChunkAsync();
            }

            var piece = octets[..Math.Min(octets.Length, ContentRows.ChunkOctets - _filled)];
            MakeRoom(_filled + piece.Length);
            piece.CopyTo(_buffer.AsMemory(_filled));
            _filled += piece.Length;
            Length += piece.Length;
            octets = octets[piece.Length..];
        }
    }

    /// <summary>Waits for the chunk under way; then the content can be enqueued.</summary>
    public async ValueTask SettleAsync()
    {
        ObjectDisposedException.ThrowIf(_over, this);
        await _inFlight;
        ThrowIfLost();
    }

    public void ThrowIfLost()
    {
        if (_lost)
        {
            throw new StoreException(StoreFault.ContentLost, "part of the content could not be stored: it has to be sent again");
        }
    }

    public void Lose() => _lost = true;

    /// <summary>A message owns the octets now.</summary>
    public void Enqueued()
    {
        _over = true;
        ReturnBuffer();
    }

    public async ValueTask DisposeAsync()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        ReturnBuffer();
        await _inFlight.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private async ValueTask StoreChunkAsync()
    {
        try
        {
            reserve.ThrowIfLow();
            await _inFlight;
        }
        catch
        {
            Lose();
            throw;
        }

        (var chunk, _buffer, _filled) = (_buffer, [], 0);
        _inFlight = StoreAsync(chunk);
    }

    private async Task StoreAsync(byte[] chunk)
    {
        try
        {
            await writer.DoAsync(Need.Write, session =>
            {
                session.Contents.Append(this, chunk.AsSpan(0, ContentRows.ChunkOctets));
                return true;
            });
        }
        catch
        {
            Lose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private void MakeRoom(int octets)
    {
        if (octets <= _buffer.Length)
        {
            return;
        }

        // Most messages of devices are small; many sessions wait for theirs at once.
        var wider = ArrayPool<byte>.Shared.Rent(octets <= FirstOctets ? FirstOctets : ContentRows.ChunkOctets);
        Rest.CopyTo(wider);
        var filled = _filled;
        ReturnBuffer();
        (_buffer, _filled) = (wider, filled);
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _filled) = ([], 0);
    }
}
