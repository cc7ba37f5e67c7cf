using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>The columns of a client and how they become one, in the same order in all three places.</summary>
internal static class ClientRows
{
    public const string Columns =
        "address, name, hello, login, tls, first_seen, last_seen, sessions, messages, refusals, refused_at, reason, reply, quirks";

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, ClientSighting client) => command
        .With(client.Address).With(client.Client).With(client.HelloName).With(client.User).With(client.Tls)
        .With(client.FirstSeen).With(client.LastSeen).With(client.Sessions).With(client.Messages).With(client.Refusals)
        .With(client.LatestRefusal?.At).With(client.LatestRefusal?.Reason).With(client.LatestRefusal?.Reply)
        .With(CountList.Join(client.Quirks));

    public static ClientSighting Read(NpgsqlDataReader row) => new(
        row.Text(0),
        row.Text(1),
        row.Text(2),
        row.TextOrNull(3),
        row.TextOrNull(4),
        row.Time(5),
        row.Time(6),
        row.GetInt64(7),
        row.GetInt64(8),
        row.GetInt64(9),
        row.TimeOrNull(10) is { } at ? new LatestRefusal(at, row.Text(11), row.Text(12)) : null,
        CountList.Split(row.Text(13)));
}
