using System.Data;
using HveRelay.Mail;
using Npgsql;
using NpgsqlTypes;

namespace HveRelay.Stores.Postgres;

/// <summary>How values go into statements and come out of rows. Times are ticks of .NET, UTC; texts go through <see cref="PlainText"/>.</summary>
internal static class Values
{
    /// <summary>Adds a statement to a batch; its parameters follow in the order of $1, $2, …</summary>
    public static NpgsqlBatchCommand Do(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long value) => command.Add(NpgsqlDbType.Bigint, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long? value) => command.Add(NpgsqlDbType.Bigint, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int value) => command.Add(NpgsqlDbType.Integer, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, bool value) => command.Add(NpgsqlDbType.Boolean, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, string? value) =>
        command.Add(NpgsqlDbType.Text, value is null ? null : PlainText.Write(value));

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, DateTimeOffset value) => command.With(value.UtcTicks);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, DateTimeOffset? value) => command.With(value?.UtcTicks);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, TimeSpan value) => command.Add(NpgsqlDbType.Interval, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, ReadOnlyMemory<byte> value) => command.Add(NpgsqlDbType.Bytea, value);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, IEnumerable<long> values) =>
        command.Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, IEnumerable<long?> values) =>
        command.Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, IEnumerable<int> values) =>
        command.Add(NpgsqlDbType.Array | NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, IEnumerable<string> values) =>
        command.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, values.Select(PlainText.Write).ToArray());

    public static NpgsqlBatchCommand WithNullable(this NpgsqlBatchCommand command, IEnumerable<string?> values) =>
        command.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, values.Select(value => value is null ? null : PlainText.Write(value)).ToArray());

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, IEnumerable<Lane> lanes) => command.With(lanes.Select(lane => lane.Name));

    public static string Text(this NpgsqlDataReader row, int column) => PlainText.Read(row.GetString(column));

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Text(column);

    public static string[] Texts(this NpgsqlDataReader row, int column) => Array.ConvertAll(row.GetFieldValue<string[]>(column), PlainText.Read);

    public static long? LongOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    /// <summary>Runs the batch and makes a list of the rows of its last statement that returns any.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read)
    {
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.Default);
        return await reader.RowsAsync(read);
    }

    /// <summary>The rows of the current result.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static NpgsqlBatchCommand Add(this NpgsqlBatchCommand command, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return command;
    }
}
