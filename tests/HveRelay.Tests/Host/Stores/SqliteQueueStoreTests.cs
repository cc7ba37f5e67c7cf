using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Stores;

public sealed class SqliteQueueStoreTests : QueueStoreCompliance
{
    private readonly TemporaryDirectory _directory = new();

    protected override async Task<IQueueStore> OpenAsync() =>
        await SqliteQueueStore.OpenAsync(new SqliteStoreOptions(_directory.Path), Clock, NullLogger.Instance);

    protected override ValueTask CleanUpAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
