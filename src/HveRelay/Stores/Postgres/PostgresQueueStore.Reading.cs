using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <content>What may be read of the queue beside its nodes is read so by a node too.</content>
public sealed partial class PostgresQueueStore
{
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(MessageId id, long offset, CancellationToken cancel) =>
        _reader.ReadContentAsync(id, offset, cancel);

    public ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel) => _reader.ListAsync(filter, cancel);

    public ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel) => _reader.FindAsync(id, cancel);

    public async ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel) =>
        await _reader.TotalsAsync(cancel) with { Syncs = _link.Syncs, LastSync = _link.LastSync };

    public ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel) => _reader.UsedAsync(scope, since, cancel);

    public ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel) => _reader.LedgerAsync(since, cancel);

    public ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(
        IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel) => _reader.RelayedToAsync(addresses, since, cancel);

    public ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel) => _reader.PausesAsync(cancel);

    public ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel) => _reader.LastAttemptsAsync(cancel);

    public ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel) =>
        _reader.ClientsAsync(filter, cancel);

    public ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel) =>
        _reader.RefusalsAsync(address, most, cancel);

    public ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel) => _reader.NamedAsync(name, most, cancel);

    public ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel) => _reader.TracesAsync(of, most, cancel);
}
