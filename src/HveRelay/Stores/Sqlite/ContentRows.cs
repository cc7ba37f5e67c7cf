namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Contents in chunks. The rowid of a chunk is the number of its content and its index, so that a content lies together and any
/// octet of it is one look-up away.
/// </summary>
internal sealed class ContentRows(Database database, Counters counters)
{
    public const int IndexBits = 20;
    private readonly Statement _insert = database.Prepare("INSERT INTO content(id, octets, crc) VALUES (?, ?, ?)");
    private readonly Statement _delete = database.Prepare("DELETE FROM content WHERE id BETWEEN ? AND ?");
    private readonly Statement _begun = database.Prepare("INSERT INTO unfinished(content) VALUES (?)");
    private readonly Statement _owned = database.Prepare("DELETE FROM unfinished WHERE content = ?");
    private readonly Statement _unfinished = database.Prepare("SELECT content FROM unfinished WHERE content <= ?");
    private readonly int _connection = ++counters.Connections;

    /// <summary>Octets of chunks in the open transaction.</summary>
    public long UncommittedOctets { get; private set; }

    public static long RowOf(long content, long index) => (content << IndexBits) | index;

    public static long NumberOf(long row) => row >> IndexBits;

    /// <summary>Stores the next chunk of a content that is being written.</summary>
    public void Append(ContentWriter content, ReadOnlySpan<byte> chunk)
    {
        ThrowIfLost(content);
        var number = content.Number;
        if (number == 0)
        {
            number = counters.NextContent();
            _begun.Set(number).Run();
        }

        Insert(RowOf(number, content.Chunks), chunk);
        (content.Number, content.Connection) = (number, _connection);
        content.Chunks++;
        UncommittedOctets += chunk.Length;
    }

    /// <summary>Stores the last chunk, which may be the only one and may be empty; returns the content's number.</summary>
    public long Finish(ContentWriter content, ReadOnlySpan<byte> last)
    {
        ThrowIfLost(content);
        if (content.Number == 0)
        {
            var number = counters.NextContent();
            Insert(RowOf(number, 0), last);
            return number;
        }

        if (!last.IsEmpty)
        {
            Insert(RowOf(content.Number, content.Chunks), last);
        }

        _owned.Set(content.Number).Run();
        return content.Number;
    }

    /// <summary>Drops what is stored of a content that nobody wants. Its number is never another's, also where it was rolled back.</summary>
    public bool Discard(long content)
    {
        Delete(content);
        _owned.Set(content).Run();
        return true;
    }

    public void Delete(long content) => _delete.Set(RowOf(content, 0)).Set(RowOf(content + 1, 0) - 1).Run();

    /// <summary>Drops what earlier runs did not finish: contents up to that number.</summary>
    public void DeleteUnfinished(long upTo)
    {
        while (_unfinished.Set(upTo).Number() is { } content)
        {
            Discard(content);
        }
    }

    public void Committed() => UncommittedOctets = 0;

    private void Insert(long row, ReadOnlySpan<byte> octets) => _insert.Set(row).Set(octets).Set(Crc32C.Of(octets)).Run();

    /// <summary>
    /// Chunks that an earlier connection of the writer stored may be gone with it, in whole or in part: a failed commit or sync takes more
    /// back than the last of them.
    /// </summary>
    private void ThrowIfLost(ContentWriter content)
    {
        content.ThrowIfLost();
        if (content.Number != 0 && content.Connection != _connection)
        {
            throw ChunkedContent.Lost();
        }
    }
}
