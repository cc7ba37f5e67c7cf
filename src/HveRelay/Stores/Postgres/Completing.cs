using System.Collections.Concurrent;
using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Writes down how an attempt ended, recipient by recipient.</summary>
internal sealed class Completing(Link link)
{
    /// <summary>Attempts whose end may have been written: the answer to the commit was lost, and it is tried again.</summary>
    private readonly ConcurrentDictionary<long, bool> _doubtful = [];

    public async Task<bool> CompleteAsync(AttemptEnd end)
    {
        try
        {
            var holds = await link.TransactAsync(Need.Sync, connection => CompleteAsync(connection, end));
            _doubtful.TryRemove(end.AttemptId, out _);
            return holds;
        }
        catch (InDoubtException)
        {
            _doubtful[end.AttemptId] = true;
            throw;
        }
    }

    private async Task<bool> CompleteAsync(NpgsqlConnection connection, AttemptEnd end)
    {
        var (message, part) = (end.Lease.Message.Value, end.Lease.Part);
        await using var look = connection.CreateBatch();
        PartRows.Lock(look, end.Lease);
        var holds = (await look.ListAsync(PartRows.Read)).Count == 1;
        if (await AttemptRows.OpenAsync(connection, message, end.AttemptId) is not { } attempt)
        {
            // Somebody ended it: perhaps we did, and did not hear of it.
            return _doubtful.ContainsKey(end.AttemptId) && await AttemptRows.EndedAtAsync(connection, message, end.AttemptId, end.At);
        }

        if (end.Recipients.FirstOrDefault(recipient => !attempt.Recipients.Contains(recipient.Number)) is { } other)
        {
            throw new ArgumentException($"recipient {other.Number} is not in attempt {end.AttemptId}", nameof(end));
        }

        // What was sent counts and is on record, also where another has taken the part over meanwhile.
        var sent = end.Recipients.Count(recipient => recipient.Outcome is Outcome.Relayed or Outcome.Unsure);
        await using var batch = connection.CreateBatch();
        AttemptRows.End(batch, attempt, end.At, end.Recipients, end.Rewriting);
        if (holds)
        {
            RecipientEnds.Add(batch, message, part, end.At, [.. end.Recipients.Select(each => new RecipientMove(each.Number, RecipientEnd.StateAfter(each), each.DueAt))]);
        }

        Ledger.Settle(batch, attempt, sent, end.At);
        await batch.ExecuteNonQueryAsync();
        return holds;
    }
}
