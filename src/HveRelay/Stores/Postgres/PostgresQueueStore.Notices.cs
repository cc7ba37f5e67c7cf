using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

public sealed partial class PostgresQueueStore
{
    public async ValueTask<int> MarkDelayedAsync(DateTimeOffset receivedUntil, DateTimeOffset now, int most, CancellationToken cancel) =>
        await DoAsync(() => _notifying.DelayAsync(receivedUntil, now, most), cancel);

    public async ValueTask<IReadOnlyList<UntoldSource>> UntoldSourcesAsync(int most, CancellationToken cancel) =>
        await DoAsync(() => _notifying.SourcesAsync(most), cancel);

    public async ValueTask<UntoldBatch> UntoldAsync(UntoldSource source, int most, CancellationToken cancel) =>
        await DoAsync(() => _notifying.UntoldAsync(source, most), cancel);

    public async ValueTask<DateTimeOffset?> LastToldAsync(string receiver, CancellationToken cancel) =>
        await DoAsync(() => _notifying.LastToldAsync(receiver), cancel);

    public async ValueTask<bool> TellAsync(Telling telling, IContentWriter? content, CancellationToken cancel)
    {
        if (telling.Notice is null)
        {
            return await DoAsync(() => _notifying.TellAsync(telling, null), cancel);
        }

        var octets = content as ContentWriter ?? throw new ArgumentException("the content is missing or another store's", nameof(content));
        cancel.ThrowIfCancellationRequested();
        await octets.SettleAsync();
        if (!await DoAsync(() => _notifying.TellAsync(telling, octets), cancel))
        {
            return false;
        }

        octets.Enqueued();
        _membership.Tell();
        return true;
    }
}
