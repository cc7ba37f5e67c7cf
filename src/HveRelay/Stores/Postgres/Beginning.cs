using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Writes down an attempt before its first command, and reserves in the ledger what fits.</summary>
internal sealed class Beginning(Link link, Numbers numbers, Leftovers leftovers)
{
    private static readonly AttemptGrant LeaseLost = new AttemptGrant.LeaseLost();

    public async Task<AttemptGrant> BeginAsync(AttemptStart start)
    {
        try
        {
            return await link.TransactAsync(Need.Sync, connection => BeginAsync(connection, start));
        }
        catch (InDoubtException)
        {
            // The caller will not send, whatever the database wrote.
            leftovers.Remember([start.Lease]);
            throw;
        }
    }

    private async Task<AttemptGrant> BeginAsync(NpgsqlConnection connection, AttemptStart start)
    {
        var lease = start.Lease;
        var (part, queued) = await LookAsync(connection, lease);
        if (part is null || part.Attempt is not null)
        {
            return LeaseLost;
        }

        // Who was taken out or held since the part was leased must not go: the part is to be taken again without them.
        if (!queued.IsSupersetOf(start.Recipients))
        {
            await PartRows.FreeAsync(connection, lease);
            return LeaseLost;
        }

        var (fit, exhausted) = await Ledger.FitAsync(connection, start.Rules, start.Recipients.Count, start.At);
        if (exhausted is not null)
        {
            await PartRows.FreeAsync(connection, lease);
            return exhausted;
        }

        string[] scopes = [.. start.Rules.Select(rule => rule.Scope).Distinct(StringComparer.Ordinal)];
        var attempt = new OpenAttempt(
            numbers.Next(), lease.Message.Value, lease.Part, start.Account, fit, [.. start.Recipients.Take(fit)], scopes);
        await using var batch = connection.CreateBatch();
        AttemptRows.Begin(batch, attempt, numbers.Node, lease.Token, part.Attempts + 1, start.At);
        Ledger.Reserve(batch, scopes, fit);
        await batch.ExecuteNonQueryAsync();
        return new AttemptGrant.Granted(attempt.Id, fit);
    }

    private static async Task<(LockedPart? Part, HashSet<int> Queued)> LookAsync(NpgsqlConnection connection, Lease lease)
    {
        await using var batch = connection.CreateBatch();
        PartRows.Lock(batch, lease);
        batch.Do($"SELECT number FROM recipient WHERE message = $1 AND part = $2 AND state = {(int)RecipientState.Queued}")
            .With(lease.Message.Value).With(lease.Part);
        await using var reader = await batch.ExecuteReaderAsync();
        var parts = await reader.RowsAsync(PartRows.Read);
        await reader.NextResultAsync();
        return (parts.SingleOrDefault(), [.. await reader.RowsAsync(row => row.GetInt32(0))]);
    }
}
