using System.Net;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Lists clients, and what they were refused.</summary>
internal sealed class ClientListing(Database database)
{
    public const string RefusalColumns = "at, address, client, user, sender, recipient, reason, reply";

    private readonly Statement _clients = database.Prepare(
        $"SELECT {ClientRows.Columns} FROM client WHERE refusals >= ? ORDER BY last_seen DESC, address, name");

    private readonly Statement _refusals = database.Prepare($"SELECT {RefusalColumns} FROM refusal WHERE address = ? ORDER BY id DESC LIMIT ?");

    public List<ClientSighting> List(ClientFilter filter)
    {
        var clients = new List<ClientSighting>();
        _clients.Set(filter.Refused ? 1 : 0);
        while (clients.Count < filter.Limit && _clients.Next())
        {
            if (Matches(filter))
            {
                clients.Add(ClientRows.Read(_clients));
            }
        }

        _clients.Reset();
        return clients;
    }

    public List<Refusal> Refusals(string address, int most)
    {
        var refusals = new List<Refusal>();
        var row = _refusals.Set(address).Set(most);
        while (row.Next())
        {
            refusals.Add(RefusalOf(row));
        }

        return refusals;
    }

    public static Refusal RefusalOf(Statement row) => new(
        row.Time(0), row.Text(1), row.Text(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5), row.Text(6), row.Text(7));

    /// <summary>SQLite knows no networks; the current row is looked at here.</summary>
    private bool Matches(ClientFilter filter) =>
        (filter.Client is null || _clients.Text(1).Contains(filter.Client, StringComparison.OrdinalIgnoreCase))
        && (filter.Addresses is not { } network || (IPAddress.TryParse(_clients.Text(0), out var address) && network.Contains(address)));
}
