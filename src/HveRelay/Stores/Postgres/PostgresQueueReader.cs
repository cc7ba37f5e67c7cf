using System.Runtime.CompilerServices;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>Reads the shared queue beside its nodes. Each call sees what was committed when it looked.</summary>
internal sealed class PostgresQueueReader(Link link) : IQueueReader
{
    /// <summary>A quarter of a MiB is in memory at a time.</summary>
    private const int ChunksAtOnce = 4;

    private readonly Listing _listing = new(link);
    private readonly Finding _finding = new(link);
    private readonly Counting _counting = new(link);
    private readonly Tracing _tracing = new(link, new Listing(link));
    private readonly ClientListing _clients = new(link);
    private readonly AccountNotes _accounts = new(link);

    /// <exception cref="StoreException">
    /// With <see cref="StoreFault.ContentLost"/> where the message is gone or has ended, with <see cref="StoreFault.Damaged"/> where a
    /// chunk is missing.
    /// </exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(
        MessageId id, long offset, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var (content, chunks) = await DoAsync(() => FindContentAsync(id));
        var from = (int)(offset % ChunkedContent.ChunkOctets);
        for (var index = (int)(offset / ChunkedContent.ChunkOctets); index < chunks; index += ChunksAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            var some = await DoAsync(() => ChunksAsync(content, index));
            if (some.Count != Math.Min(ChunksAtOnce, chunks - index))
            {
                // Either the message ended while it was read, or they should be there.
                await DoAsync(() => FindContentAsync(id));
                throw new StoreException(StoreFault.Damaged, $"the content of message {id} lacks a chunk from {index} on");
            }

            foreach (var chunk in some)
            {
                if (from < chunk.Length)
                {
                    yield return chunk.AsMemory(from);
                }

                from = 0;
            }
        }
    }

    public async ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel) =>
        await DoAsync(() => _listing.ListAsync(filter));

    public async ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel) => await DoAsync(() => _finding.FindAsync(id));

    public async ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel) =>
        await DoAsync(() => _tracing.NamedAsync(name, most));

    public async ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel) => await DoAsync(() => _tracing.OfAsync(of, most));

    public async ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel) => await DoAsync(_counting.TotalsAsync);

    public async ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel) =>
        await DoAsync(() => _counting.UsedAsync(scope, since));

    public async ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel) =>
        await DoAsync(() => _counting.MinutesAsync(since));

    public async ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(
        IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel) =>
        await DoAsync(() => _counting.RelayedToAsync(addresses, since));

    public async ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel) => await DoAsync(_accounts.PausesAsync);

    public async ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel) => await DoAsync(_accounts.LatestAsync);

    public async ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel) =>
        await DoAsync(() => _clients.ListAsync(filter));

    public async ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel) =>
        await DoAsync(() => _clients.RefusalsAsync(address, most));

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private static async Task<T> DoAsync<T>(Func<Task<T>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception cause) when (cause is not StoreException)
        {
            throw Faults.Translate(cause);
        }
    }

    private async Task<(long Content, int Chunks)> FindContentAsync(MessageId id)
    {
        var found = await link.ReadAsync(
            batch => batch.Do("SELECT content, chunks FROM message WHERE id = $1 AND ended_at IS NULL").With(id.Value),
            row => (row.GetInt64(0), row.GetInt32(1)));
        return found is [var content] ? content
            : throw new StoreException(StoreFault.ContentLost, $"message {id} has no content: it has ended, or never was here");
    }

    private Task<List<byte[]>> ChunksAsync(long content, int index) => link.ReadAsync(
        batch => batch.Do("SELECT octets FROM content WHERE id = $1 AND chunk >= $2 AND chunk < $3 ORDER BY chunk")
            .With(content).With(index).With(index + ChunksAtOnce),
        row => row.GetFieldValue<byte[]>(0));
}
