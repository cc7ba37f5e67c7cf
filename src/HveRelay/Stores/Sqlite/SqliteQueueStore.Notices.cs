using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

public sealed partial class SqliteQueueStore
{
    public async ValueTask<int> MarkDelayedAsync(DateTimeOffset receivedUntil, DateTimeOffset now, int most, CancellationToken cancel) =>
        await DoAsync(Need.Read, session => session.Untold.AreAnyLate(receivedUntil), cancel)
            ? await DoAsync(Need.Sync, session => session.Untold.Delay(receivedUntil, now, most), cancel)
            : 0;

    public ValueTask<IReadOnlyList<UntoldSource>> UntoldSourcesAsync(int most, CancellationToken cancel) =>
        DoAsync(Need.Read, session => session.Untold.Sources(most), cancel);

    public ValueTask<UntoldBatch> UntoldAsync(UntoldSource source, int most, CancellationToken cancel) =>
        DoAsync(Need.Write, session => session.Untold.Of(source, most), cancel);

    public ValueTask<DateTimeOffset?> LastToldAsync(string receiver, CancellationToken cancel) =>
        DoAsync(Need.Read, session => session.Untold.LastTold(receiver), cancel);

    public async ValueTask<bool> TellAsync(Telling telling, IContentWriter? content, CancellationToken cancel)
    {
        if (telling.Notice is null)
        {
            return await DoAsync(Need.Sync, session => session.Notifying.Tell(telling, null), cancel);
        }

        var octets = content as ContentWriter ?? throw new ArgumentException("the content is missing or another store's", nameof(content));
        cancel.ThrowIfCancellationRequested();
        await octets.SettleAsync();
        if (!await DoAsync(Need.Sync, session => session.Notifying.Tell(telling, octets), cancel))
        {
            return false;
        }

        octets.Enqueued();
        return true;
    }
}
