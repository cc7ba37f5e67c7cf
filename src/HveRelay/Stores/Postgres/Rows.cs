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

    /// <summary>Reads the envelope from the first columns of a row.</summary>
    public static Envelope Envelope(this NpgsqlDataReader row) => new(
        new MessageId(row.GetInt64(0)),
        row.Text(1),
        row.Time(2),
        row.Time(3),
        row.GetInt64(4),
        (Priority)row.GetInt32(5),
        row.GetBoolean(6),
        new Origin(row.Text(7), row.Text(8), row.Text(9), row.TextOrNull(10), row.TextOrNull(11), row.Text(12)));
}
