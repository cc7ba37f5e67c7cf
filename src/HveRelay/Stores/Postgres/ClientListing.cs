using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>Lists clients, and what they were refused.</summary>
internal sealed class ClientListing(Link link)
{
    private const string Clients = $"""
        SELECT {ClientRows.Columns} FROM client
        WHERE refusals >= $1 AND ($2::text IS NULL OR position(lower($2) IN lower(name)) > 0)
            AND ($3::text IS NULL OR CASE WHEN address ~ '^[0-9a-fA-F.:]+$' THEN address::inet <<= $3::inet ELSE FALSE END)
        ORDER BY last_seen DESC, address, name LIMIT $4
        """;

    public const string RefusalColumns = "at, address, client, login, sender, recipient, reason, reply";

    private const string Refused = $"""
        SELECT {RefusalColumns} FROM refusal WHERE address = $1 ORDER BY id DESC LIMIT $2
        """;

    public Task<List<ClientSighting>> ListAsync(ClientFilter filter) => link.ReadAsync(
        batch => batch.Do(Clients).With(filter.Refused ? 1L : 0L).With(filter.Client).With(filter.Addresses?.ToString()).With(filter.Limit),
        ClientRows.Read);

    public Task<List<Refusal>> RefusalsAsync(string address, int most) => link.ReadAsync(
        batch => batch.Do(Refused).With(address).With(most),
        RefusalOf);

    public static Refusal RefusalOf(NpgsqlDataReader row) => new(
        row.Time(0), row.Text(1), row.Text(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5), row.Text(6), row.Text(7));
}
