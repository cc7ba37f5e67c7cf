using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>Gives leased parts back unattempted.</summary>
internal sealed class Releasing(Link link)
{
    /// <summary>In the order of the messages, so that two callers never wait for each other.</summary>
    public async Task ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt)
    {
        foreach (var lease in leases.OrderBy(lease => lease.Message.Value).ThenBy(lease => lease.Part))
        {
            await link.TransactAsync(Need.Write, async connection =>
            {
                await using var look = connection.CreateBatch();
                PartRows.Lock(look, lease);
                if (await look.ListAsync(PartRows.Read) is not [{ Attempt: null }])
                {
                    return false;
                }

                await using var release = connection.CreateBatch();
                if (dueAt is { } due)
                {
                    PartRows.Postpone(release, lease.Message.Value, lease.Part, due);
                }

                PartRows.Free(release, lease.Message.Value, lease.Part);
                await release.ExecuteNonQueryAsync();
                return true;
            });
        }
    }

    /// <summary>
    /// Gives a lease back that nobody ever got, with an attempt that was written under it and never begun: what it reserved is free again.
    /// </summary>
    public Task UndoAsync(Lease lease) => link.TransactAsync(Need.Write, async connection =>
    {
        await using var look = connection.CreateBatch();
        PartRows.Lock(look, lease);
        if (await look.ListAsync(PartRows.Read) is not [var part])
        {
            return false;
        }

        if (part.Attempt is { } id)
        {
            var attempt = (await AttemptRows.OpenAsync(connection, lease.Message.Value, id))!;
            await using var undo = connection.CreateBatch();
            undo.Do("DELETE FROM attempt WHERE message = $1 AND id = $2").With(attempt.Message).With(attempt.Id);
            undo.Do("UPDATE part SET attempts = attempts - 1 WHERE message = $1 AND number = $2").With(attempt.Message).With(attempt.Part);
            Ledger.Settle(undo, attempt, sent: 0, default);
            await undo.ExecuteNonQueryAsync();
        }

        await PartRows.FreeAsync(connection, lease);
        return true;
    });
}
