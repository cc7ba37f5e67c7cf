
namespace HveRelay.Stores.Postgres;

/// <summary>
/// Contents on their way in, in chunks. Chunks are not waited for on stable storage: the commit that makes them a message takes them
/// along, and where the server lost one in between, their number does not fit and the message is not taken.
/// </summary>
internal sealed class ContentRows(Link link, Numbers numbers, Leftovers leftovers)
{
    private const string Begin = "INSERT INTO unfinished(content, node, chunks) VALUES ($1, $2, 1)";
    private const string First = "INSERT INTO content(id, chunk, octets) VALUES ($1, 0, $2)";

    private const string Append = """
        WITH owned AS (UPDATE unfinished SET chunks = chunks + 1 WHERE content = $1 AND chunks = $2 RETURNING content)
        INSERT INTO content(id, chunk, octets) SELECT content, $2, $3 FROM owned
        """;

    public long NextNumber() => numbers.Next();

    /// <summary>Stores a chunk. Whatever goes wrong, the content is lost.</summary>
    public async Task StoreAsync(long content, int chunk, ReadOnlyMemory<byte> octets)
    {
        var stored = await link.BatchAsync(
            Need.Write,
            batch =>
            {
                if (chunk == 0)
                {
                    batch.Do(Begin).With(content).With(numbers.Node);
                    batch.Do(First).With(content).With(octets);
                }
                else
                {
                    batch.Do(Append).With(content).With(chunk).With(octets);
                }
            },
            async batch =>
            {
                await batch.ExecuteNonQueryAsync();
                return batch.BatchCommands[^1].RecordsAffected;
            });
        if (stored != 1)
        {
            throw ContentWriter.Lost();
        }
    }

    /// <summary>Drops what is stored of a content that nobody wants; later, where the database is gone.</summary>
    public Task DiscardAsync(long content) => leftovers.DropAsync(content);
}
