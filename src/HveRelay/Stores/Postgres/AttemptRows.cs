using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>An attempt that has not ended.</summary>
internal sealed record OpenAttempt(long Id, long Message, int Part, string Account, int Granted, int[] Recipients, string[] Scopes);

/// <summary>Attempts: each is written when it begins and once more when it ends.</summary>
internal static class AttemptRows
{
    private const string Columns = "id, message, part, account, granted, recipients, scopes";

    public static void Begin(NpgsqlBatch batch, OpenAttempt attempt, long node, long token, int number, DateTimeOffset at)
    {
        batch.Do($"INSERT INTO attempt({Columns}, node, token, number, started_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .With(attempt.Id).With(attempt.Message).With(attempt.Part).With(attempt.Account).With(attempt.Granted)
            .With(attempt.Recipients).With(attempt.Scopes).With(node).With(token).With(number).With(at);
        batch.Do("UPDATE part SET attempts = $3, attempt = $4 WHERE message = $1 AND number = $2")
            .With(attempt.Message).With(attempt.Part).With(number).With(attempt.Id);
    }

    /// <summary>True of a recipient of a part of whom an earlier attempt does not know whether it got the message.</summary>
    public static string WasUnsure(string message, string part, string recipient) => $"""
        EXISTS (SELECT 1 FROM attempt a JOIN attempt_result x ON x.message = a.message AND x.attempt = a.id
            WHERE a.message = {message} AND a.part = {part} AND x.recipient = {recipient} AND x.outcome = {(int)Outcome.Unsure})
        """;

    /// <summary>The attempt where it has not ended, locked; null where it has.</summary>
    public static async Task<OpenAttempt?> OpenAsync(NpgsqlConnection connection, long message, long id)
    {
        await using var batch = connection.CreateBatch();
        batch.Do($"SELECT {Columns} FROM attempt WHERE message = $1 AND id = $2 AND ended_at IS NULL FOR UPDATE").With(message).With(id);
        return (await batch.ListAsync(Read)).SingleOrDefault();
    }

    public static void End(
        NpgsqlBatch batch, OpenAttempt attempt, DateTimeOffset at, IReadOnlyCollection<RecipientEnd> results, IReadOnlyList<string> rewriting)
    {
        batch.Do("UPDATE attempt SET ended_at = $3, rewriting = $4 WHERE message = $1 AND id = $2")
            .With(attempt.Message).With(attempt.Id).With(at).With(rewriting);
        batch.Do("INSERT INTO attempt_result(message, attempt, recipient, outcome, reply, failure) SELECT $1, $2, * FROM unnest($3, $4, $5, $6)")
            .With(attempt.Message).With(attempt.Id).With(results.Select(each => each.Number))
            .With(results.Select(each => (int)each.Outcome)).With(results.Select(each => each.Reply))
            .WithNullable(results.Select(each => each.Failure?.ToString()));
    }

    /// <summary>Whether the attempt ended at that time, to the tick: then whoever ended it then did it.</summary>
    public static async Task<bool> EndedAtAsync(NpgsqlConnection connection, long message, long id, DateTimeOffset at)
    {
        await using var batch = connection.CreateBatch();
        batch.Do("SELECT 1 FROM attempt WHERE message = $1 AND id = $2 AND ended_at = $3").With(message).With(id).With(at);
        return (await batch.ListAsync(row => row.GetInt32(0))).Count == 1;
    }

    public static OpenAttempt Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.Text(3), row.GetInt32(4), row.GetFieldValue<int[]>(5), row.Texts(6));
}
