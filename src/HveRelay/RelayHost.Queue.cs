using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations;
using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Postgres;
using HveRelay.Stores.Sqlite;
using Serilog.Extensions.Logging;

namespace HveRelay;

/// <summary>The start's way to the queue: whatever is wrong with it is said under the key that names it.</summary>
internal sealed partial class RelayHost
{
    /// <summary>The queue, and the clock by which it goes: nodes that share one have the database's.</summary>
    private static async Task<(IQueueStore Store, TimeProvider Clock)> OpenStoreAsync(
        RelayOptions options, QueueSignal signal, RelaySurroundings around, SerilogLoggerFactory logging, MailLog log, QueueAlarm alarm)
    {
        try
        {
            Directory.CreateDirectory(options.DataDirectory);
            if (options.Queue.Store == QueueStoreKind.Postgres)
            {
                var shared = await PostgresQueueStore.OpenAsync(
                    new PostgresStoreOptions(options.Queue.ConnectionString, signal), around.Clock, logging.CreateLogger("HveRelay.Stores.Postgres"));
                return (shared, shared.Clock);
            }

            var own = await SqliteQueueStore.OpenAsync(
                new SqliteStoreOptions(options.DataDirectory, options.Queue.MinimumFreeBytes) { OnDamage = alarm.Raise, Wal = around.Wal },
                around.Clock,
                logging.CreateLogger("HveRelay.Stores.Sqlite"));
            if (own.Salvaged is { } salvaged)
            {
                log.Alarm("queue", $"the queue was damaged: {salvaged}", "Administrator: look at the disk; docs/operating.md, a damaged queue");
            }

            return (own, around.Clock);
        }
        catch (Exception failed) when (failed is StoreOpenException or StoreException or IOException or UnauthorizedAccessException)
        {
            throw new RelayStartException(QueueKey(options), failed.Message, failed);
        }
    }

    private static async Task RecoverAsync(Dispatcher dispatcher, IQueueStore store, RelayOptions options, CancellationToken cancel)
    {
        try
        {
            await dispatcher.RecoverAsync(cancel);
        }
        catch (StoreException failed)
        {
            await store.DisposeAsync();
            throw new RelayStartException(QueueKey(options), failed.Message, failed);
        }
    }

    private static string QueueKey(RelayOptions options) => options.Queue.Store == QueueStoreKind.Postgres ? "Queue.ConnectionString" : "DataDirectory";
}
