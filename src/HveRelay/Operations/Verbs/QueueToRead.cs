using HveRelay.Configuration;
using HveRelay.Queue;
using HveRelay.Stores.Postgres;
using HveRelay.Stores.Sqlite;

namespace HveRelay.Operations.Verbs;

/// <summary>The queue of a configuration as the verbs look at it: beside the daemon, or without one.</summary>
internal static class QueueToRead
{
    /// <exception cref="Stores.StoreOpenException">There is none, or it cannot be read.</exception>
    public static async Task<IQueueReader> OpenAsync(RelayOptions options) => options.Queue.Store == QueueStoreKind.Postgres
        ? await PostgresQueueStore.OpenReaderAsync(options.Queue.ConnectionString, TimeProvider.System)
        : SqliteQueueStore.OpenReader(options.DataDirectory);

    /// <summary>A queue of this machine that some relay has made.</summary>
    public static bool IsThere(RelayOptions options) => File.Exists(new QueueFiles(options.DataDirectory).Database);
}
