using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Writes down who was seen, and what was refused; drops what nobody asks for any more.</summary>
internal sealed class Seeing(Database database)
{
    /// <summary>Refusals of all addresses together: a net below the bound of each, for those who come from ever new ones.</summary>
    private const int MostRefusals = 100_000;

    private readonly Statement _find = database.Prepare($"SELECT {ClientRows.Columns} FROM client WHERE address = ? AND name = ?");

    private readonly Statement _put = database.Prepare(
        $"INSERT OR REPLACE INTO client({ClientRows.Columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

    private readonly Statement _refuse = database.Prepare(
        "INSERT INTO refusal(at, address, client, user, sender, recipient, reason, reply) VALUES (?,?,?,?,?,?,?,?)");

    private readonly Statement _trim = database.Prepare($"""
        DELETE FROM refusal WHERE address = ?1 AND id <=
            (SELECT id FROM refusal WHERE address = ?1 ORDER BY id DESC LIMIT 1 OFFSET {IQueueStore.RefusalsKept})
        """);

    private readonly Statement _purgeRefusals = database.Prepare(
        "DELETE FROM refusal WHERE id IN (SELECT id FROM refusal INDEXED BY refusal_at WHERE at < ? ORDER BY at LIMIT ?)");

    private readonly Statement _capRefusals = database.Prepare($"""
        DELETE FROM refusal WHERE id IN (SELECT id FROM refusal INDEXED BY refusal_at ORDER BY at LIMIT
            min(?, max(0, (SELECT count(*) FROM refusal) - {MostRefusals})))
        """);

    private readonly Statement _purgeUnknown = database.Prepare("""
        DELETE FROM client WHERE name = '' AND address IN
            (SELECT address FROM client INDEXED BY client_unknown WHERE name = '' AND last_seen < ? ORDER BY last_seen LIMIT ?)
        """);

    public bool Add(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals)
    {
        foreach (var client in clients)
        {
            var known = _find.Set(client.Address).Set(client.Client).Next() ? ClientRows.Read(_find) : null;
            _find.Reset();
            ClientRows.Set(_put, known?.Plus(client) ?? client).Run();
        }

        foreach (var refusal in refusals)
        {
            _refuse.Set(refusal.At).Set(refusal.Address).Set(refusal.Client).Set(refusal.User).Set(refusal.From).Set(refusal.To)
                .Set(refusal.Reason).Set(refusal.Reply).Run();
        }

        foreach (var address in refusals.Select(refusal => refusal.Address).Distinct(StringComparer.Ordinal))
        {
            _trim.Set(address).Run();
        }

        return true;
    }

    /// <summary>Clients of ours stay: that a printer has been silent since spring is worth knowing.</summary>
    public bool Purge(DateTimeOffset before, int most)
    {
        _purgeRefusals.Set(before).Set(most).Run();
        _capRefusals.Set(most).Run();
        _purgeUnknown.Set(before).Set(most).Run();
        return true;
    }
}
