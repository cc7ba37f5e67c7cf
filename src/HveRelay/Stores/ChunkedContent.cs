using System.Buffers;
using HveRelay.Queue;

namespace HveRelay.Stores;

/// <summary>
/// The content of one message on its way in. What fits in one chunk stays here until it is enqueued; of a longer one at most two
/// chunks are in memory: the one that fills, and the one that is on its way.
/// </summary>
internal abstract class ChunkedContent : IContentWriter
{
    /// <summary>Part of both stores' format: where an octet stands is computed from it.</summary>
    public const int ChunkOctets = 64 * 1024;

    private const int FirstOctets = 8 * 1024;
    private byte[] _buffer = [];
    private int _filled;
    private Task _inFlight = Task.CompletedTask;
    private volatile bool _lost;
    private bool _over;

    public long Length { get; private set; }

    /// <summary>What is not stored yet.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(0, _filled);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        cancel.ThrowIfCancellationRequested();
        while (!octets.IsEmpty)
        {
            if (_filled == ChunkOctets)
            {
                await SettleAsync();
                (var chunk, _buffer, _filled) = (_buffer, [], 0);
                _inFlight = HandOnAsync(chunk);
            }

            var piece = octets[..Math.Min(octets.Length, ChunkOctets - _filled)];
            MakeRoom(_filled + piece.Length);
            piece.CopyTo(_buffer.AsMemory(_filled));
            _filled += piece.Length;
            Length += piece.Length;
            octets = octets[piece.Length..];
        }
    }

    /// <summary>Waits for the chunk under way; then the content can be enqueued.</summary>
    /// <exception cref="StoreException">Part of it could not be stored.</exception>
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
            throw Lost();
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
        await DiscardAsync();
    }

    public static StoreException Lost() =>
        new(StoreFault.ContentLost, "part of the content could not be stored: it has to be sent again");

    /// <summary>Stores the next chunk, a whole one. Not called again before it has ended.</summary>
    protected abstract Task StoreAsync(ReadOnlyMemory<byte> chunk);

    /// <summary>Drops what is stored, since no message will own it. Throws nothing: what stays behind is removed later.</summary>
    protected abstract ValueTask DiscardAsync();

    private async Task HandOnAsync(byte[] chunk)
    {
        try
        {
            await StoreAsync(chunk.AsMemory(0, ChunkOctets));
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
        var wider = ArrayPool<byte>.Shared.Rent(octets <= FirstOctets ? FirstOctets : ChunkOctets);
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
