using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public sealed class SqliteQueueStoreTests : QueueStoreCompliance
{
    private readonly SqliteFixture _sqlite;

    public SqliteQueueStoreTests() => _sqlite = new SqliteFixture(Clock);

    protected override async Task<IQueueStore> OpenAsync() => await _sqlite.OpenAsync();

    protected override ValueTask CleanUpAsync()
    {
        _sqlite.Dispose();
        return ValueTask.CompletedTask;
    }
}
