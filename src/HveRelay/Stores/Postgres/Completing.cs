using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Writes down how an attempt ended, recipient by recipient.</summary>
internal sealed class Completing(Link link)
{
    public Task<bool> CompleteAsync(AttemptEnd end) => link.TransactAsync(Need.Sync, connection => CompleteAsync(connection, end));

    private static async Task<bool> CompleteAsync(NpgsqlConnection connection, AttemptEnd end)
    {
        var (message, part) = (end.Lease.Message.Value, end.Lease.Part);
        await using var look = connection.CreateBatch();
        PartRows.Lock(look, end.Lease);
        var holds = (await look.ListAsync(PartRows.Read)).Count == 1;
        if (await AttemptRows.OpenAsync(connection, message, end.AttemptId) is not { } attempt)
        {
            return false;
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
