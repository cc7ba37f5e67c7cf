using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>What operators do: a table of what each kind of change makes of a recipient, and its place in the history.</summary>
internal sealed class Changing(Link link, Numbers numbers)
{
    private const string Parts = """
        SELECT p.message, p.number, p.attempt IS NULL, a.recipients
        FROM part p LEFT JOIN attempt a ON a.message = p.message AND a.id = p.attempt AND EXISTS (SELECT 1 FROM node n WHERE n.id = a.node)
        WHERE p.message = ANY($1) ORDER BY p.message, p.number FOR UPDATE OF p
        """;

    private const string Remember = """
        INSERT INTO change(message, id, at, kind, operator, reason, recipients) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    public Task<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change) => link.TransactAsync(Need.Sync, connection => ChangeAsync(connection, change));

    private async Task<IReadOnlyList<ChangeResult>> ChangeAsync(NpgsqlConnection connection, QueueChange change)
    {
        var parts = await PartsAsync(connection, change);
        var envelopes = await EnvelopesAsync(connection, change);
        var recipients = await RecipientsAsync(connection, change);
        await using var batch = connection.CreateBatch();
        var results = new Dictionary<MessageId, ChangeResult>();
        foreach (var (id, envelope) in envelopes.OrderBy(each => each.Key.Value))
        {
            results[id] = Change(batch, change, envelope, [.. recipients[id.Value]], [.. parts[id.Value]]);
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync();
        }

        // A message that is named twice is changed once.
        return [.. change.Messages.Select(id => results.GetValueOrDefault(id) ?? new ChangeResult(id, null, []))];
    }

    private ChangeResult Change(NpgsqlBatch batch, QueueChange change, Envelope envelope, IReadOnlyList<Recipient> recipients, IReadOnlyList<Part> parts)
    {
        var id = envelope.Id.Value;
        var sending = parts.SelectMany(part => part.Sending).ToHashSet();
        var results = new List<RecipientChange>();
        var changed = new List<(int Part, RecipientMove Move)>();
        foreach (var (_, part, number, address, state) in recipients)
        {
            if (!address.Contains(change.Recipient ?? string.Empty, StringComparison.OrdinalIgnoreCase) || (change.State ?? state) != state)
            {
                continue;
            }

            var (to, effect) = ChangeTable.Decide(change.Kind, state, sending.Contains(number));
            results.Add(new RecipientChange(number, address, to, effect));
            if (effect is ChangeEffect.Changed or ChangeEffect.ChangedWhileSending)
            {
                changed.Add((part, new RecipientMove(number, to, to == RecipientState.Queued ? change.At : null)));
            }
        }

        if (changed.Count > 0)
        {
            RecipientEnds.Set(batch, id, change.At, changed.ConvertAll(each => each.Move));
            foreach (var part in changed.Select(each => each.Part).Distinct())
            {
                if (change.Kind == ChangeKind.Retry)
                {
                    batch.Do("UPDATE part SET waited_anew_after = attempts WHERE message = $1 AND number = $2").With(id).With(part);
                }

                // A lease under which an attempt is under way must stand, or what comes of the attempt would not be believed; one of a
                // dead node ends with its attempt.
                if (parts.First(each => each.Number == part).IsIdle)
                {
                    PartRows.Free(batch, id, part);
                }
            }

            batch.Do(Remember).With(id).With(numbers.Next()).With(change.At).With((int)change.Kind).With(change.By).With(change.Reason)
                .With(changed.Select(each => each.Move.Number));
        }

        return new ChangeResult(envelope.Id, envelope, results);
    }

    /// <summary>All parts of the messages, locked: nobody begins, ends or leases meanwhile.</summary>
    private static async Task<ILookup<long, Part>> PartsAsync(NpgsqlConnection connection, QueueChange change)
    {
        await using var batch = connection.CreateBatch();
        batch.Do("SELECT 1 FROM part WHERE message = ANY($1) ORDER BY message, number FOR UPDATE").With(Ids(change));
        await batch.ExecuteNonQueryAsync();
        await using var locked = connection.CreateBatch();
        locked.Do(Parts).With(Ids(change));
        var parts = await locked.ListAsync(row => new Part(
            row.GetInt64(0), row.GetInt32(1), row.GetBoolean(2), row.IsDBNull(3) ? [] : row.GetFieldValue<int[]>(3)));
        return parts.ToLookup(part => part.Message);
    }

    private static async Task<Dictionary<MessageId, Envelope>> EnvelopesAsync(NpgsqlConnection connection, QueueChange change)
    {
        await using var batch = connection.CreateBatch();
        batch.Do($"SELECT {Rows.EnvelopeColumns} FROM message WHERE id = ANY($1)").With(Ids(change));
        return (await batch.ListAsync(row => row.Envelope())).ToDictionary(envelope => envelope.Id);
    }

    private static async Task<ILookup<long, Recipient>> RecipientsAsync(NpgsqlConnection connection, QueueChange change)
    {
        await using var batch = connection.CreateBatch();
        batch.Do("SELECT message, part, number, address, state FROM recipient WHERE message = ANY($1) ORDER BY message, number").With(Ids(change));
        var recipients = await batch.ListAsync(row => new Recipient(
            row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.Text(3), (RecipientState)row.GetInt32(4)));
        return recipients.ToLookup(recipient => recipient.Message);
    }

    private static IEnumerable<long> Ids(QueueChange change) => change.Messages.Select(id => id.Value).Distinct();

    /// <param name="IsIdle">No attempt is under way, of a dead node neither.</param>
    /// <param name="Sending">Recipients in an attempt of a node that lives.</param>
    private sealed record Part(long Message, int Number, bool IsIdle, int[] Sending);

    private sealed record Recipient(long Message, int Part, int Number, string Address, RecipientState State);
}
