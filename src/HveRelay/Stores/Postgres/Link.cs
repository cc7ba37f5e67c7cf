using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>What has to be when a call returns.</summary>
internal enum Need
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It writes, and may be lost where the database server itself dies within a moment.</summary>
    Write,

    /// <summary>It writes, and is on stable storage.</summary>
    Sync,
}

/// <summary>The connection broke while the database was about to commit: it may have happened, or not.</summary>
internal sealed class InDoubtException(Exception inner) : Exception("the connection broke during a commit", inner);

/// <summary>
/// The pooled way to the database. A transaction that collided with another goes again; so does one whose connection broke before its
/// commit, once, since a pool keeps connections that a restart of the server has ended.
/// </summary>
internal sealed class Link(NpgsqlDataSource source, TimeProvider clock) : IAsyncDisposable
{
    private const int MostCollisions = 10;

    /// <summary>PostgreSQL then answers before its log is on stable storage; the next commit that waits takes it along.</summary>
    public const string Relax = "SELECT set_config('synchronous_commit', 'off', true)";

    private long _syncs, _lastSyncTicks;

    public NpgsqlDataSource Source => source;

    public long Syncs => Volatile.Read(ref _syncs);

    public TimeSpan LastSync => new(Volatile.Read(ref _lastSyncTicks));

    /// <summary>Runs work in a transaction of its own. It may run more than once, and must change nothing but the database.</summary>
    /// <exception cref="InDoubtException">Nobody knows whether it happened.</exception>
    public Task<T> TransactAsync<T>(Need need, Func<NpgsqlConnection, Task<T>> work) => AgainAsync(async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync();
        if (need == Need.Write)
        {
            await using var relax = connection.CreateBatch();
            relax.Do(Relax);
            await relax.ExecuteNonQueryAsync();
        }

        var result = await work(connection);
        var start = clock.GetTimestamp();
        try
        {
            await transaction.CommitAsync();
        }
        catch (Exception cause) when (Faults.IsBroken(cause))
        {
            throw new InDoubtException(cause);
        }

        Committed(need, start);
        return result;
    });

    /// <summary>Runs one batch, which PostgreSQL takes as one transaction: one way there and back, commit included.</summary>
    /// <exception cref="InDoubtException">Nobody knows whether it happened.</exception>
    public Task<T> BatchAsync<T>(Need need, Action<NpgsqlBatch> fill, Func<NpgsqlBatch, Task<T>> run) => AgainAsync(async connection =>
    {
        await using var batch = connection.CreateBatch();
        if (need == Need.Write)
        {
            batch.Do(Relax);
        }

        fill(batch);
        var start = clock.GetTimestamp();
        try
        {
            var result = await run(batch);
            Committed(need, start);
            return result;
        }
        catch (Exception cause) when (need != Need.Read && Faults.IsBroken(cause))
        {
            throw new InDoubtException(cause);
        }
    });

    /// <summary>Reads a list of rows.</summary>
    public Task<List<T>> ReadAsync<T>(Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, T> read) =>
        BatchAsync(Need.Read, fill, batch => batch.ListAsync(read));

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<T> AgainAsync<T>(Func<NpgsqlConnection, Task<T>> once)
    {
        for (var (collisions, broke) = (0, false); ;)
        {
            await using var connection = await source.OpenConnectionAsync();
            try
            {
                return await once(connection);
            }
            catch (Exception cause) when (Faults.IsCollision(cause) && collisions < MostCollisions)
            {
                collisions++;
            }
            catch (Exception cause) when (Faults.IsBroken(cause) && !broke)
            {
                broke = true;
                source.Clear();
            }
            catch (InDoubtException)
            {
                source.Clear();
                throw;
            }
        }
    }

    private void Committed(Need need, long start)
    {
        if (need == Need.Sync)
        {
            Interlocked.Increment(ref _syncs);
            Volatile.Write(ref _lastSyncTicks, clock.GetElapsedTime(start).Ticks);
        }
    }
}
