using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// Finds what somebody asks for who has no queue id. A name has an index; addresses have none, which would cost every message more than
/// the rare question: first among the latest messages, then in the whole history.
/// </summary>
internal sealed class Tracing(Link link, Listing listing)
{
    // The index has the hours of the history one after the other: each is asked. OFFSET keeps the planner, which knows no hours, from
    // looking for the name from the latest message back.
    internal const string Named = """
        SELECT m.id FROM (SELECT min(id) >> 43 AS first, max(id) >> 43 AS last FROM message) h
            CROSS JOIN LATERAL generate_series(h.first, h.last) AS hour
            CROSS JOIN LATERAL (SELECT id FROM message WHERE id >> 43 = hour AND message_id = $1 OFFSET 0) m
        ORDER BY m.id DESC LIMIT $2
        """;

    /// <summary>So many of the latest messages are looked at one by one, where whoever is asked for often stands among them.</summary>
    internal const int Recent = 10_000;

    // In the order of the ids, each row by itself: quick where it may stop early.
    internal static readonly string RecentFrom = $"""
        SELECT id FROM message WHERE id >= {FirstRecent} AND ({IsFrom}) ORDER BY id DESC LIMIT $2
        """;

    internal static readonly string RecentTo = $"""
        SELECT DISTINCT message FROM recipient WHERE message >= {FirstRecent} AND {Is("address")} ORDER BY message DESC LIMIT $2
        """;

    // OFFSET keeps the planner from that order: a table read from end to end, by several at once, is done in a fifth of the time.
    private static readonly string AnyFrom = $"SELECT id FROM (SELECT id FROM message WHERE {IsFrom} OFFSET 0) m ORDER BY id DESC LIMIT $2";

    private static readonly string AnyTo = $"""
        SELECT DISTINCT message FROM (SELECT message FROM recipient WHERE {Is("address")} OFFSET 0) r ORDER BY message DESC LIMIT $2
        """;

    private const string Refusals = $"""
        SELECT {ClientListing.RefusalColumns} FROM refusal WHERE lower(sender) = lower($1) OR lower(recipient) = lower($1)
            OR lower(client) = lower($1) OR address = $1 OR lower(login) = lower($1) ORDER BY id DESC LIMIT $2
        """;

    public async Task<IReadOnlyList<MessageId>> NamedAsync(string name, int most) => await link.ReadAsync(
        batch => batch.Do(Named).With(name).With(most),
        row => new MessageId(row.GetInt64(0)));

    public async Task<Traces> OfAsync(string text, int most)
    {
        var ids = await IdsAsync(RecentFrom, AnyFrom, text, most);
        if (text.Contains('@', StringComparison.Ordinal))
        {
            var received = await IdsAsync(RecentTo, AnyTo, text, most);
            ids = [.. ids.Union(received).OrderDescending().Take(most)];
        }

        var refusals = await link.ReadAsync(batch => batch.Do(Refusals).With(text).With(most), ClientListing.RefusalOf);
        var messages = await listing.OfAsync(ids);
        return new Traces([.. messages.OrderByDescending(entry => entry.Envelope.Id)], refusals);
    }

    private static string FirstRecent => $"(SELECT id FROM message ORDER BY id DESC OFFSET {Recent} LIMIT 1)";

    private static string IsFrom => $"address = $1 OR {string.Join(" OR ", new[] { "reverse_path", "client", "hello", "login" }.Select(Is))}";

    /// <summary>Letters of ASCII alone are one in both cases, as in SQLite; then the length says at once who it is not.</summary>
    private static string Is(string column) => $"""(octet_length({column}) = octet_length($1) AND lower({column} COLLATE "C") = lower($1 COLLATE "C"))""";

    private async Task<List<long>> IdsAsync(string recent, string any, string text, int most)
    {
        var found = await LookAsync(recent);
        return found.Count == most ? found : await LookAsync(any);

        Task<List<long>> LookAsync(string sql) => link.ReadAsync(batch => batch.Do(sql).With(text).With(most), row => row.GetInt64(0));
    }
}
