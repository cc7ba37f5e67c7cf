using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>A part as its lease finds it, locked until the transaction ends.</summary>
/// <param name="Attempt">The id of the attempt under way.</param>
internal sealed record LockedPart(int Attempts, long? Attempt);

/// <summary>A part's lease: who holds it, and how it ends.</summary>
internal static class PartRows
{
    private const string Hold = """
        SELECT attempts, attempt FROM part WHERE message = $1 AND number = $2 AND token = $3 AND lease_until IS NOT NULL FOR UPDATE
        """;

    private const string Freeing = """
        UPDATE part SET lease_until = NULL, node = NULL, attempt = NULL,
            next_due = (SELECT min(due_at) FROM recipient WHERE message = $1 AND part = $2 AND state = 0)
        WHERE message = $1 AND number = $2
        """;

    private const string Postponing = """
        UPDATE recipient SET due_at = $3 WHERE message = $1 AND part = $2 AND state = 0 AND due_at < $3
        """;

    public static void Lock(NpgsqlBatch batch, Lease lease) =>
        batch.Do(Hold).With(lease.Message.Value).With(lease.Part).With(lease.Token);

    public static LockedPart Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.LongOrNull(1));

    /// <summary>Ends any lease of the part; it is due when its first queued recipient is.</summary>
    public static void Free(NpgsqlBatch batch, long message, int part) => batch.Do(Freeing).With(message).With(part);

    /// <summary>No queued recipient of the part is due before <paramref name="dueAt"/>.</summary>
    public static void Postpone(NpgsqlBatch batch, long message, int part, DateTimeOffset dueAt) =>
        batch.Do(Postponing).With(message).With(part).With(dueAt);

    public static async Task FreeAsync(NpgsqlConnection connection, Lease lease)
    {
        await using var batch = connection.CreateBatch();
        Free(batch, lease.Message.Value, lease.Part);
        await batch.ExecuteNonQueryAsync();
    }
}
