namespace HveRelay.Delivery;

/// <summary>
/// Warm connections of one account. The latest used is used next, so that under little load one connection does the work and the
/// others go cold and are closed.
/// </summary>
/// <param name="most">Connections that may be open: those too many are closed when they come back.</param>
/// <param name="count">Is told of each connection that is opened, 1, and of each that it closed, -1.</param>
internal sealed class ConnectionPool(TimeProvider clock, TimeSpan idle, Func<int> most, Action<int> count) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private int _open;
    private int _generation;
    private readonly List<(IUpstreamConnection Connection, DateTimeOffset Since)> _warm = [];

    /// <summary>Goes up when what is open is not to be used any more; on loan, it is closed when it comes back.</summary>
    public int Generation => Volatile.Read(ref _generation);

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

    /// <summary>One was opened: it is on loan until it is given back.</summary>
    public void Opened()
    {
        Interlocked.Increment(ref _open);
        count(1);
    }

    /// <param name="generation">Of the pool before the connection was taken or opened.</param>
    public async ValueTask GiveBackAsync(IUpstreamConnection connection, int generation)
    {
        if (!connection.IsUsable || generation != Generation || Volatile.Read(ref _open) > most())
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

    /// <summary>Closes those that nobody uses at the moment, and the others when they come back.</summary>
    public ValueTask CloseAllAsync()
    {
        Interlocked.Increment(ref _generation);
        return CloseAsync(DateTimeOffset.MaxValue);
    }

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

        // Together: each waits for the reply to its QUIT, and a server that is slow with one is with all.
        await Task.WhenAll(cold.Select(CloseAsync));
    }

    private async Task CloseAsync(IUpstreamConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // QUIT: what was relayed is relayed, and what was not is not, whatever comes of it.
        }

        Interlocked.Decrement(ref _open);
        count(-1);
    }
}
