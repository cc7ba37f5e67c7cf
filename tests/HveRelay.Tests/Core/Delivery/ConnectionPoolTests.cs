using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class ConnectionPoolTests
{
    private readonly ManualClock _clock = new();
    private readonly List<int> _counted = [];
    private int _most = 4;

    [Fact]
    public async Task The_latest_used_is_used_next()
    {
        await using var pool = Pool();
        var (first, second) = (new Connection(), new Connection());
        await pool.GiveBackAsync(first, pool.Generation);
        await pool.GiveBackAsync(second, pool.Generation);

        Assert.Same(second, await pool.TakeAsync());
        Assert.Same(first, await pool.TakeAsync());
        Assert.Null(await pool.TakeAsync());
    }

    [Fact]
    public async Task One_whose_token_ends_while_it_waits_is_closed_and_not_handed_out()
    {
        await using var pool = Pool();
        var (good, over) = (new Connection(), new Connection());
        await pool.GiveBackAsync(good, pool.Generation);
        await pool.GiveBackAsync(over, pool.Generation);

        over.IsUsable = false;

        Assert.Same(good, await pool.TakeAsync());
        Assert.True(over.IsClosed);
    }

    [Fact]
    public async Task One_whose_token_ends_is_closed_when_nobody_wants_it_too()
    {
        await using var pool = Pool();
        var (good, over) = (new Connection(), new Connection());
        await pool.GiveBackAsync(over, pool.Generation);
        await pool.GiveBackAsync(good, pool.Generation);

        over.IsUsable = false;
        await pool.CloseColdAsync();

        Assert.Equal((false, true), (good.IsClosed, over.IsClosed));
    }

    [Fact]
    public async Task The_cold_are_closed_and_the_warm_stay()
    {
        await using var pool = Pool();
        var (cold, warm) = (new Connection(), new Connection());
        await pool.GiveBackAsync(cold, pool.Generation);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await pool.GiveBackAsync(warm, pool.Generation);
        _clock.Advance(TimeSpan.FromSeconds(5));

        await pool.CloseColdAsync();

        Assert.Equal((true, false), (cold.IsClosed, warm.IsClosed));
        Assert.Same(warm, await pool.TakeAsync());
        Assert.Equal([-1], _counted);
    }

    [Fact]
    public async Task One_too_many_is_closed_when_it_comes_back()
    {
        await using var pool = Pool();
        Connection[] connections = [new(), new(), new()];
        foreach (var _ in connections)
        {
            pool.Opened();
        }

        _most = 2;
        foreach (var connection in connections)
        {
            await pool.GiveBackAsync(connection, pool.Generation);
        }

        Assert.Equal([true, false, false], connections.Select(each => each.IsClosed));
        Assert.Equal([1, 1, 1, -1], _counted);
    }

    /// <summary>The configuration changed: it goes elsewhere, and under load it would never be idle.</summary>
    [Fact]
    public async Task One_on_loan_while_all_are_closed_is_closed_when_it_comes_back()
    {
        await using var pool = Pool();
        var (before, generation) = (new Connection(), pool.Generation);

        await pool.CloseAllAsync();
        await pool.GiveBackAsync(before, generation);

        Assert.True(before.IsClosed);
        Assert.Null(await pool.TakeAsync());
    }

    [Fact]
    public async Task A_farewell_that_breaks_changes_nothing()
    {
        await using var pool = Pool();
        pool.Opened();

        await pool.GiveBackAsync(new Connection { IsUsable = false, BreaksAtQuit = true }, pool.Generation);

        Assert.Equal([1, -1], _counted);
    }

    /// <summary>One after the other, a stop waited five seconds for each of them.</summary>
    [Fact]
    public async Task A_server_that_does_not_answer_QUIT_is_waited_for_once_and_not_for_each()
    {
        await using var pool = Pool();
        var silence = new TaskCompletionSource();
        Connection[] connections = [new() { Farewell = silence.Task }, new() { Farewell = silence.Task }];
        foreach (var connection in connections)
        {
            await pool.GiveBackAsync(connection, pool.Generation);
        }

        var closing = pool.CloseAllAsync();

        Assert.All(connections, connection => Assert.True(connection.IsClosed));
        silence.SetResult();
        await closing;
    }

    private ConnectionPool Pool() => new(_clock, TimeSpan.FromSeconds(15), () => _most, _counted.Add);

    private sealed class Connection : IUpstreamConnection
    {
        public bool IsUsable { get; set; } = true;

        public bool IsClosed { get; private set; }

        public bool BreaksAtQuit { get; init; }

        /// <summary>The reply to QUIT.</summary>
        public Task Farewell { get; init; } = Task.CompletedTask;

        public Task<IReadOnlyList<RecipientResult>> SendAsync(MailTransaction message, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<RecipientResult>>([]);

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return BreaksAtQuit ? throw new IOException("the line is gone") : new ValueTask(Farewell);
        }
    }
}
