using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>A content whose chunks each go to the database on their way.</summary>
internal sealed class ContentWriter(ContentRows rows) : ChunkedContent
{
    /// <summary>0 until the first chunk is on its way.</summary>
    public long Number { get; private set; }

    /// <summary>Chunks that are stored or on their way.</summary>
    public int Chunks { get; private set; }

    protected override async Task StoreAsync(ReadOnlyMemory<byte> chunk)
    {
        Number = Number == 0 ? rows.NextNumber() : Number;
        try
        {
            await rows.StoreAsync(Number, Chunks++, chunk);
        }
        catch (Exception cause)
        {
            throw cause is StoreException ? Lost() : Faults.Translate(cause);
        }
    }

    protected override async ValueTask DiscardAsync()
    {
        if (Number != 0)
        {
            await rows.DiscardAsync(Number);
        }
    }
}
