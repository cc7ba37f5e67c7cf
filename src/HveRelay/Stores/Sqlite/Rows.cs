using HveRelay.Mail;

namespace HveRelay.Stores.Sqlite;

/// <summary>The columns of an envelope and how they become one, in the same order in all three places.</summary>
internal static class Rows
{
    public const int EnvelopeCount = 13;

    public const string EnvelopeColumns =
        "id, reverse_path, received_at, expires_at, size, priority, eight_bit, client, address, hello, user, tls, protocol";

    public static Statement Set(Statement statement, Envelope envelope)
    {
        var origin = envelope.Origin;
        return statement.Set(envelope.Id.Value).Set(envelope.ReversePath).Set(envelope.ReceivedAt).Set(envelope.ExpiresAt)
            .Set(envelope.Size).Set((int)envelope.Priority).Set(envelope.EightBit)
            .Set(origin.Client).Set(origin.Address).Set(origin.HelloName).Set(origin.User).Set(origin.Tls).Set(origin.Protocol);
    }

    /// <summary>Reads the envelope from the first columns of a row.</summary>
    public static Envelope Envelope(Statement row) => new(
        new MessageId(row.Long(0)),
        row.Text(1),
        row.Time(2),
        row.Time(3),
        row.Long(4),
        (Priority)row.Int(5),
        row.Bool(6),
        new Origin(row.Text(7), row.Text(8), row.Text(9), row.TextOrNull(10), row.TextOrNull(11), row.Text(12)));
}
