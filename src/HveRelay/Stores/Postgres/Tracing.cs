using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// Finds what somebody asks for who has no queue id. A name has an index; addresses have none, which would cost every message more than
/// the rare question: from the latest message back, at worst over the whole history.
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

    private const string From = """
        SELECT id FROM message WHERE lower(reverse_path) = lower($1) OR lower(client) = lower($1) OR address = $1
            OR lower(hello) = lower($1) OR lower(login) = lower($1) ORDER BY id DESC LIMIT $2
        """;

    private const string To = "SELECT DISTINCT message FROM recipient WHERE lower(address) = lower($1) ORDER BY message DESC LIMIT $2";

    private const string Refusals = $"""
        SELECT {ClientListing.RefusalColumns} FROM refusal WHERE lower(sender) = lower($1) OR lower(recipient) = lower($1)
            OR lower(client) = lower($1) OR address = $1 OR lower(login) = lower($1) ORDER BY id DESC LIMIT $2
        """;

    public async Task<IReadOnlyList<MessageId>> NamedAsync(string name, int most) => await link.ReadAsync(
        batch => batch.Do(Named).With(name).With(most),
        row => new MessageId(row.GetInt64(0)));

    public async Task<Traces> OfAsync(string text, int most)
    {
        var ids = await link.ReadAsync(batch => batch.Do(From).With(text).With(most), row => row.GetInt64(0));
        if (text.Contains('@', StringComparison.Ordinal))
        {
            var received = await link.ReadAsync(batch => batch.Do(To).With(text).With(most), row => row.GetInt64(0));
            ids = [.. ids.Union(received).OrderDescending().Take(most)];
        }

        var refusals = await link.ReadAsync(batch => batch.Do(Refusals).With(text).With(most), ClientListing.RefusalOf);
        var messages = await listing.OfAsync(ids);
        return new Traces([.. messages.OrderByDescending(entry => entry.Envelope.Id)], refusals);
    }
}
