using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Reads a content chunk by chunk.</summary>
internal sealed class ContentReading(Database database)
{
    private readonly Statement _number = database.Prepare("SELECT content FROM message WHERE id = ?");
    private readonly Statement _chunk = database.Prepare("SELECT octets, crc FROM content WHERE id = ?");

    private readonly Statement _last = database.Prepare("SELECT max(id) FROM content WHERE id BETWEEN ? AND ?");

    /// <summary>The number of a message's content and of its chunks, or null where there is none any more.</summary>
    public (long Content, long Chunks)? Find(MessageId id)
    {
        if (_number.Set(id.Value).Number() is not { } content)
        {
            return null;
        }

        var last = _last.Set(ContentRows.RowOf(content, 0)).Set(ContentRows.RowOf(content + 1, 0) - 1).Number();
        return last is { } row ? (content, row - ContentRows.RowOf(content, 0) + 1) : (content, 0);
    }

    /// <summary>A chunk from an octet of it on, in an array of its own, which the reader may keep; null where it is missing.</summary>
    /// <exception cref="StoreException">With <see cref="StoreFault.Damaged"/>: it is not what was stored.</exception>
    public byte[]? Chunk(MessageId id, long content, long index, int from)
    {
        if (!_chunk.Set(ContentRows.RowOf(content, index)).Next())
        {
            return null;
        }

        var stored = _chunk.Octets(0);
        var isWhole = _chunk.IsNull(1) || _chunk.Long(1) == Crc32C.Of(stored);
        var octets = isWhole ? from < stored.Length ? stored[from..].ToArray() : [] : null;
        _chunk.Reset();
        return octets ?? throw new StoreException(StoreFault.Damaged, $"chunk {index} of message {id} is not what was stored");
    }
}
