using HveRelay.Queue;
using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Stores;

[Collection(nameof(PostgresCollection))]
public sealed class PostgresQueueStoreTests(PostgresServer server) : QueueStoreCompliance
{
    private string? _queue;

    protected override async Task<IQueueStore> OpenAsync()
    {
        _queue ??= await server.NewQueueAsync();
        return await PostgresQueueStore.OpenAsync(new PostgresStoreOptions(_queue, new QueueSignal()), TimeProvider.System, NullLogger.Instance);
    }

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}
