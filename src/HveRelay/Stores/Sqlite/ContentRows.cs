namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Contents in chunks. The rowid of a chunk is the number of its content and its index, so that a content lies together and any
/// octet of it is one look-up away.
/// </summary>
internal sealed class ContentRows(Database database, Counters counters)
{
    public const int IndexBits = 20;
    private readonly Statement _insert = database.Prepare("INSERT INTO content(id, octets) VALUES (?, ?)");
    private readonly Statement _delete = database.Prepare("DELETE FROM content WHERE id BETWEEN ? AND ?");
    private readonly Statement _begun = database.Prepare("INSERT INTO unfinished(content) VALUES (?)");
    private readonly Statement _owned = database.Prepare("DELETE FROM unfinished WHERE content = ?");
    private readonly Statement _unfinished = database.Prepare("SELECT content FROM unfinished WHERE content <= ?");
    private readonly HashSet<ContentWriter> _uncommitted = [];

    /// <summary>Octets of chunks in the open transaction.</summary>
    public long UncommittedOctets { get; private set; }

    public static long RowOf(long content, long index) => (content << IndexBits) | index;

    public static long NumberOf(long row) => row >> IndexBits;

    /// <summary>Stores the next chunk of a content that is being written.</summary>
    public void Append(ContentWriter content, ReadOnlySpan<byte> chunk)
    {
        content.ThrowIfLost();
        var number = content.Number;
        if (number == 0)
        {
            number = counters.NextContent();
            _begun.Set(number).Run();
        }

        _insert.Set(RowOf(number, content.Chunks)).Set(chunk).Run();
        content.Number = number;
        content.Chunks++;
        _uncommitted.Add(content);
        UncommittedOctets += chunk.Length;
    }

    /// <summary>Stores the last chunk, which may be the only one and may be empty; returns the content's number.</summary>
    public long Finish(ContentWriter content, ReadOnlySpan<byte> last)
    {
        content.ThrowIfLost();
        if (content.Number == 0)
        {
            var number = counters.NextContent();
            _insert.Set(RowOf(number, 0)).Set(last).Run();
            return number;
        }

        if (!last.IsEmpty)
        {
            _insert.Set(RowOf(content.Number, content.Chunks)).Set(last).Run();
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

    public void Committed()
    {
        _uncommitted.Clear();
        UncommittedOctets = 0;
    }

    /// <summary>The transaction is gone, and the chunks in it with it.</summary>
    public void Abandoned()
    {
        foreach (var content in _uncommitted)
        {
            content.Lose();
        }

        Committed();
    }
}
