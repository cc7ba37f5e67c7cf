using System.Runtime.CompilerServices;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Reads queue.db beside whoever writes it. Each call sees what was committed when it looked.</summary>
internal sealed class SqliteQueueReader(ReadPool pool) : IQueueReader
{
    /// <exception cref="StoreException">
    /// With <see cref="StoreFault.ContentLost"/> where the message is gone or has ended, with <see cref="StoreFault.Damaged"/> where a
    /// chunk is missing or is not what was stored.
    /// </exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(
        MessageId id, long offset, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        await ValueTask.CompletedTask;
        var (content, chunks) = Find(id);

        var from = (int)(offset % ChunkedContent.ChunkOctets);
        for (var index = offset / ChunkedContent.ChunkOctets; index < Math.Max(chunks, 1); index++)
        {
            cancel.ThrowIfCancellationRequested();
            var chunk = pool.Read(session => session.Content.Chunk(id, content, index, from))
                ?? throw Missing(id, index);
            from = 0;
            if (chunk.Length > 0)
            {
                yield return chunk;
            }
        }
    }

    private (long Content, long Chunks) Find(MessageId id) => pool.Read(session => session.Content.Find(id))
        ?? throw new StoreException(StoreFault.ContentLost, $"message {id} has no content: it has ended, or never was here");

    /// <summary>A chunk is not there: either the message ended while it was read, or it should be.</summary>
    private StoreException Missing(MessageId id, long index)
    {
        Find(id);
        return new StoreException(StoreFault.Damaged, $"the content of message {id} lacks its chunk {index}");
    }

    public async ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Listing.List(filter)), cancel);

    public ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel) =>
        ValueTask.FromResult(pool.Read(session => session.Finding.Find(id)));

    public ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<MessageId>>(pool.Read(session => session.Tracing.Named(name, most)));

    public async ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Tracing.Of(of, most, session.Listing)), cancel);

    public async ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Counting.Totals()), cancel);

    public ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel) =>
        ValueTask.FromResult(pool.Read(session => session.Counting.Used(scope, since)));

    public async ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Counting.Minutes(since)), cancel);

    public async ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(
        IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Counting.RelayedTo(addresses, since)), cancel);

    public ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<AccountPause>>(pool.Read(session => session.Accounts.Pauses()));

    public async ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Accounts.Latest()), cancel);

    public async ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel) =>
        await Task.Run(() => pool.Read(session => session.Clients.List(filter)), cancel);

    public ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<Refusal>>(pool.Read(session => session.Clients.Refusals(address, most)));

    public ValueTask DisposeAsync()
    {
        pool.Dispose();
        return ValueTask.CompletedTask;
    }
}
