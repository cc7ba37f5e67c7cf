namespace HveRelay.Delivery;

/// <summary>
/// Warm connections of one account. The latest used is used next, so that under little load one connection does the work and the
/// others go cold and are closed.
/// </summary>
/// <param name="count">Is told of each connection that it closes.</param>
internal sealed class ConnectionPool(TimeProvider clock, TimeSpan idle, Action count) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(IUpstreamConnection Connection, DateTimeOffset Since)> _warm = [];

    /// <summary>Null where none is left. What may not be used any more, since its token ends, is closed on the way.</summary>
    public async ValueTask<IUpstreamConnection?> TakeAsync()
    {
        while (true)
        {
            IUpstreamConnection latest;
            lock (_gate)
            {
                if (_warm.Count == 0)
                {
                    return null;
                }

                latest = _warm[^1].Connection;
                _warm.RemoveAt(_warm.Count - 1);
            }

            if (latest.IsUsable)
            {
                return latest;
            }

            await CloseAsync(latest);
        }
    }

    public async ValueTask GiveBackAsync(IUpstreamConnection connection)
    {
        if (!connection.IsUsable)
        {
            await CloseAsync(connection);
            return;
        }

        lock (_gate)
        {
            _warm.Add((connection, clock.GetUtcNow()));
        }
    }

    /// <summary>Closes what has been idle too long, and what may not be used any more.</summary>
    public ValueTask CloseColdAsync() => CloseAsync(clock.GetUtcNow() - idle);

    /// <summary>Closes those that nobody uses at the moment.</summary>
    public ValueTask CloseAllAsync() => CloseAsync(DateTimeOffset.MaxValue);

    public ValueTask DisposeAsync() => CloseAllAsync();

    private async ValueTask CloseAsync(DateTimeOffset usedBefore)
    {
        List<IUpstreamConnection> cold = [];
        lock (_gate)
        {
            for (var i = _warm.Count - 1; i >= 0; i--)
            {
                if (_warm[i].Since <= usedBefore || !_warm[i].Connection.IsUsable)
                {
                    cold.Add(_warm[i].Connection);
                    _warm.RemoveAt(i);
                }
            }
        }

        foreach (var connection in cold)
        {
            await CloseAsync(connection);
        }
    }

    private async ValueTask CloseAsync(IUpstreamConnection connection)
    {
        count();
        await connection.DisposeAsync();
    }
}
