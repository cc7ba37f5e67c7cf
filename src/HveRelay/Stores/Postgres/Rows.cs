using HveRelay.Mail;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>The columns of an envelope and how they become one, in the same order in all three places.</summary>
internal static class Rows
{
    public const int EnvelopeCount = 13;

    public const string EnvelopeColumns =
        "id, reverse_path, received_at, expires_at, size, priority, eight_bit, client, address, hello, login, tls, protocol";

    /// <summary>The same of the table with the name m.</summary>
    public const string EnvelopeColumnsOfM =
        "m.id, m.reverse_path, m.received_at, m.expires_at, m.size, m.priority, m.eight_bit, m.client, m.address, m.hello, m.login, m.tls, m.protocol";

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, Envelope envelope)
    {
        var origin = envelope.Origin;
        return command.With(envelope.Id.Value).With(envelope.ReversePath).With(envelope.ReceivedAt).With(envelope.ExpiresAt)
            .With(envelope.Size).With((int)envelope.Priority).With(envelope.EightBit)
            .With(origin.Client).With(origin.Address).With(origin.HelloName).With(origin.User).With(origin.Tls).With(origin.Protocol);
    }

    /// <summary>Reads the envelope from the columns of a row that begin with <paramref name="first"/>.</summary>
    public static Envelope Envelope(this NpgsqlDataReader row, int first = 0) => new(
        new MessageId(row.GetInt64(first)),
        row.Text(first + 1),
        row.Time(first + 2),
        row.Time(first + 3),
        row.GetInt64(first + 4),
        (Priority)row.GetInt32(first + 5),
        row.GetBoolean(first + 6),
        new Origin(
            row.Text(first + 7), row.Text(first + 8), row.Text(first + 9), row.TextOrNull(first + 10), row.TextOrNull(first + 11),
            row.Text(first + 12)));
}
