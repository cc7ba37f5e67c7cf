using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Finds what somebody asks for who has no queue id. A name has an index; addresses have none, which would cost every message more than
/// the rare question: from the latest message back, at worst over the whole history, and of each row only what is compared.
/// </summary>
internal sealed class Tracing(Database database)
{
    // The index has the hours of the history one after the other: each is asked, the latest first.
    internal const string ByName = """
        WITH RECURSIVE hour(h) AS (
            SELECT (SELECT max(id) FROM message) >> 43
            UNION ALL SELECT h - 1 FROM hour WHERE h > (SELECT min(id) FROM message) >> 43)
        SELECT m.id FROM hour CROSS JOIN message m INDEXED BY message_name ON m.id >> 43 = hour.h AND m.message_id = ?1 ORDER BY m.id DESC LIMIT ?2
        """;

    internal const string From = """
        SELECT id FROM message NOT INDEXED WHERE reverse_path = ?1 COLLATE NOCASE OR client = ?1 COLLATE NOCASE OR address = ?1
            OR hello = ?1 COLLATE NOCASE OR user = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT ?2
        """;

    internal const string To = "SELECT DISTINCT message FROM recipient WHERE address = ?1 COLLATE NOCASE ORDER BY message DESC LIMIT ?2";

    private readonly Statement _named = database.Prepare(ByName);
    private readonly Statement _from = database.Prepare(From);
    private readonly Statement _to = database.Prepare(To);

    private readonly Statement _refusals = database.Prepare($"""
        SELECT {ClientListing.RefusalColumns} FROM refusal NOT INDEXED WHERE sender = ?1 COLLATE NOCASE OR recipient = ?1 COLLATE NOCASE
            OR client = ?1 COLLATE NOCASE OR address = ?1 OR user = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT ?2
        """);

    public List<MessageId> Named(string name, int most) => Ids(_named, name, most).ConvertAll(id => new MessageId(id));

    public Traces Of(string text, int most, Listing listing)
    {
        var ids = Ids(_from, text, most);
        if (text.Contains('@', StringComparison.Ordinal))
        {
            ids = [.. ids.Union(Ids(_to, text, most)).OrderDescending().Take(most)];
        }

        var refusals = new List<Refusal>();
        _refusals.Set(text).Set(most);
        while (_refusals.Next())
        {
            refusals.Add(ClientListing.RefusalOf(_refusals));
        }

        return new Traces([.. ids.Select(listing.Of).OfType<QueueEntry>()], refusals);
    }

    private static List<long> Ids(Statement statement, string text, int most)
    {
        var ids = new List<long>();
        statement.Set(text).Set(most);
        while (statement.Next())
        {
            ids.Add(statement.Long(0));
        }

        return ids;
    }
}
