using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>The columns of a client and how they become one, in the same order in all three places.</summary>
internal static class ClientRows
{
    public const string Columns =
        "address, name, hello, user, tls, first_seen, last_seen, sessions, messages, refusals, refused_at, reason, reply, quirks";

    public static Statement Set(Statement statement, ClientSighting client) => statement
        .Set(client.Address).Set(client.Client).Set(client.HelloName).Set(client.User).Set(client.Tls)
        .Set(client.FirstSeen).Set(client.LastSeen).Set(client.Sessions).Set(client.Messages).Set(client.Refusals)
        .Set(client.LatestRefusal?.At).Set(client.LatestRefusal?.Reason).Set(client.LatestRefusal?.Reply)
        .Set(CountList.Join(client.Quirks));

    public static ClientSighting Read(Statement row) => new(
        row.Text(0),
        row.Text(1),
        row.Text(2),
        row.TextOrNull(3),
        row.TextOrNull(4),
        row.Time(5),
        row.Time(6),
        row.Long(7),
        row.Long(8),
        row.Long(9),
        row.TimeOrNull(10) is { } at ? new LatestRefusal(at, row.Text(11), row.Text(12)) : null,
        CountList.Split(row.Text(13)));
}
