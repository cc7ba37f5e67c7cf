using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Writes down who was seen, and what was refused; drops what nobody asks for any more.</summary>
internal sealed class Seeing(Link link)
{
    /// <summary>Refusals of all addresses together: a net below the bound of each, for those who come from ever new ones.</summary>
    private const int MostRefusals = 100_000;

    // What is known is read, added to and written: one node after the other. Readers are not held up.
    private const string OneAtATime = "LOCK TABLE client IN SHARE ROW EXCLUSIVE MODE";

    private const string Known = $"SELECT {ClientRows.Columns} FROM client JOIN unnest($1, $2) AS w(address, name) USING (address, name)";

    private const string Put = $"""
        INSERT INTO client({ClientRows.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (address, name) DO UPDATE SET hello = excluded.hello, login = excluded.login, tls = excluded.tls,
            first_seen = excluded.first_seen, last_seen = excluded.last_seen, sessions = excluded.sessions, messages = excluded.messages,
            refusals = excluded.refusals, refused_at = excluded.refused_at, reason = excluded.reason, reply = excluded.reply,
            quirks = excluded.quirks
        """;

    private const string Refuse = """
        INSERT INTO refusal(at, address, client, login, sender, recipient, reason, reply) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private static readonly string Trim = $"""
        DELETE FROM refusal WHERE address = $1 AND id <=
            (SELECT id FROM refusal WHERE address = $1 ORDER BY id DESC LIMIT 1 OFFSET {IQueueStore.RefusalsKept})
        """;

    private static readonly string[] Purges =
    [
        "DELETE FROM refusal WHERE id IN (SELECT id FROM refusal WHERE at < $1 ORDER BY at LIMIT $2)",
        $"""
        DELETE FROM refusal WHERE id IN (SELECT id FROM refusal WHERE $1::bigint IS NOT NULL ORDER BY at LIMIT
            least($2, greatest(0, (SELECT count(*) FROM refusal) - {MostRefusals})))
        """,
        "DELETE FROM client WHERE name = '' AND address IN (SELECT address FROM client WHERE name = '' AND last_seen < $1 ORDER BY last_seen LIMIT $2)",
    ];

    public Task AddAsync(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals) =>
        link.TransactAsync(Need.Write, async connection =>
        {
            var known = await KnownAsync(connection, clients);
            await using var batch = connection.CreateBatch();
            foreach (var client in clients)
            {
                // The same client may come twice.
                var key = (client.Address, client.Client);
                known[key] = known.TryGetValue(key, out var before) ? before.Plus(client) : client;
            }

            foreach (var client in known.Values)
            {
                batch.Do(Put).With(client);
            }

            foreach (var refusal in refusals)
            {
                batch.Do(Refuse).With(refusal.At).With(refusal.Address).With(refusal.Client).With(refusal.User).With(refusal.From)
                    .With(refusal.To).With(refusal.Reason).With(refusal.Reply);
            }

            foreach (var address in refusals.Select(refusal => refusal.Address).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                batch.Do(Trim).With(address);
            }

            return batch.BatchCommands.Count > 0 ? await batch.ExecuteNonQueryAsync() : 0;
        });

    /// <summary>Clients of ours stay: that a printer has been silent since spring is worth knowing.</summary>
    public Task PurgeAsync(DateTimeOffset before, int most) => link.TransactAsync(Need.Write, async connection =>
    {
        await using var batch = connection.CreateBatch();
        batch.Do(OneAtATime);
        foreach (var purge in Purges)
        {
            batch.Do(purge).With(before).With(most);
        }

        return await batch.ExecuteNonQueryAsync();
    });

    private static async Task<Dictionary<(string Address, string Client), ClientSighting>> KnownAsync(
        NpgsqlConnection connection, IReadOnlyList<ClientSighting> clients)
    {
        // Refusals are numbered in order under the same lock.
        await using var batch = connection.CreateBatch();
        batch.Do(OneAtATime);
        batch.Do(Known).With(clients.Select(client => client.Address)).With(clients.Select(client => client.Client));
        var known = await batch.ListAsync(ClientRows.Read);
        return known.ToDictionary(client => (client.Address, client.Client));
    }
}
