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

    /// <summary>Of PostgreSQL it is the server that does this, and nobody sees it from outside.</summary>
    [Fact]
    public async Task Calls_that_end_together_share_a_sync()
    {
        const int Calls = 50;
        var before = (await Store.TotalsAsync(Cancel)).Syncs;
        var contents = Enumerable.Range(0, Calls).Select(_ => Store.CreateContent()).ToArray();
        foreach (var content in contents)
        {
            await content.WriteAsync("hi\n"u8.ToArray(), Cancel);
        }

        await Task.WhenAll(contents.Select(content => Store.EnqueueAsync(Message(), content, Cancel).AsTask()));

        // The first may be under way alone before the others arrive: never one sync each.
        var totals = await Store.TotalsAsync(Cancel);
        Assert.Equal(Calls, totals.QueuedMessages);
        Assert.InRange(totals.Syncs - before, 1, Calls / 2);
        foreach (var content in contents)
        {
            await content.DisposeAsync();
        }
    }
}
