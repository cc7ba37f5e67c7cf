using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// Leases due parts: the best priority first, within it the client whose last turn at this node is longest ago, of it the part due
/// first. What another node is just leasing is passed over.
/// </summary>
internal sealed class Taking(Link link, Numbers numbers, Leftovers leftovers)
{
    private const string HeadColumns = "lane, priority, client, next_due, message, number";

    // From client to client by the index, one look-up each: the cost is that of the clients that have mail, not of the mail.
    private const string Heads = $"""
        SELECT h.* FROM unnest($1) AS l(lane), generate_series(0, 2) AS y(priority), LATERAL (
            WITH RECURSIVE head AS (
                (SELECT {HeadColumns} FROM part WHERE lane = l.lane AND priority = y.priority AND next_due IS NOT NULL
                    ORDER BY client, next_due, message, number LIMIT 1)
                UNION ALL
                SELECT n.* FROM head, LATERAL (
                    SELECT {HeadColumns} FROM part p WHERE p.lane = l.lane AND p.priority = y.priority AND p.next_due IS NOT NULL
                        AND p.client > head.client ORDER BY p.client, p.next_due, p.message, p.number LIMIT 1) n)
            SELECT * FROM head) h
        """;

    private const string Following = $"""
        SELECT r.* FROM unnest($1, $2, $3) AS c(lane, priority, client), LATERAL (
            SELECT {HeadColumns} FROM part p WHERE p.lane = c.lane AND p.priority = c.priority AND p.client = c.client AND p.next_due <= $4
            ORDER BY p.next_due, p.message, p.number LIMIT $5) r
        """;

    // Where an attempt is under way its node lives and is at it, however late it is, or Recovery ends it: the lease goes on. A node
    // that was declared dead takes nothing before it has said that it lives; its row is locked so that it cannot be declared so now.
    private static readonly string Lease = $"""
        WITH alive AS MATERIALIZED (SELECT id FROM node WHERE id = $1 FOR KEY SHARE),
        chosen AS (
            SELECT p.message, p.number, p.attempt IS NOT NULL AS under_way, w.token, w.turn
            FROM unnest($2, $3, $4) WITH ORDINALITY AS w(message, number, token, turn)
                JOIN part p ON p.message = w.message AND p.number = w.number
            WHERE p.next_due <= $5 AND EXISTS (SELECT 1 FROM alive)
            ORDER BY w.turn LIMIT $6 FOR UPDATE OF p SKIP LOCKED),
        leased AS (
            UPDATE part p SET next_due = $7, lease_until = $7,
                token = CASE WHEN c.under_way THEN p.token ELSE c.token END, node = CASE WHEN c.under_way THEN p.node ELSE $1 END
            FROM chosen c WHERE p.message = c.message AND p.number = c.number
            RETURNING p.message, p.number, p.parts, p.lane, p.attempts, p.token, p.waited_anew_after, c.under_way, c.turn)
        SELECT {Rows.EnvelopeColumnsOfM}, l.number, l.parts, l.lane, l.attempts, l.token, d.numbers, d.addresses, l.waited_anew_after, d.unsure
        FROM leased l JOIN message m ON m.id = l.message, LATERAL (
            SELECT array_agg(r.number ORDER BY r.number) AS numbers, array_agg(r.address ORDER BY r.number) AS addresses,
                array_agg(l.attempts > 0 AND {AttemptRows.WasUnsure("l.message", "l.number", "r.number")} ORDER BY r.number) AS unsure FROM (
                SELECT number, address FROM recipient
                WHERE message = l.message AND part = l.number AND state = 0 AND due_at <= $5 ORDER BY number LIMIT $8) r) d
        WHERE NOT l.under_way ORDER BY l.turn
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _turns = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>The earliest due time in the lanes, leases that end included.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(IReadOnlyList<Lane> lanes) =>
        (await HeadsAsync(lanes)).Min(head => (DateTimeOffset?)head.DueAt);

    public async Task<IReadOnlyList<DuePart>> TakeAsync(TakeRequest request, Func<Lease, Task> giveBack)
    {
        var heads = (await HeadsAsync(request.Lanes)).FindAll(head => head.DueAt <= request.Now && head.Priority <= (int)request.Least);
        if (heads.Count == 0 || request.MostParts == 0)
        {
            return [];
        }

        // With more clients than asked for parts, each has one turn at most; some more heads make up for what another node takes.
        var rows = heads.Count >= 2 * request.MostParts ? heads : await RowsAsync(heads, request);
        var wanted = InTurn(rows).Take(4 * request.MostParts).ToList();
        var taken = await LeaseAsync(wanted, request);
        var due = new List<DuePart>();
        foreach (var part in taken)
        {
            if (part.Recipients.Count == 0)
            {
                // Its lease ran out after all its recipients had been put off or taken out.
                await giveBack(part.Lease);
                continue;
            }

            due.Add(part);
            lock (_gate)
            {
                _turns[part.Envelope.Origin.Client] = ++_turn;
            }
        }

        return due;
    }

    private Task<List<Head>> HeadsAsync(IReadOnlyList<Lane> lanes) =>
        link.ReadAsync(batch => batch.Do(Heads).With(lanes.Distinct()), Read);

    private Task<List<Head>> RowsAsync(List<Head> heads, TakeRequest request) => link.ReadAsync(
        batch => batch.Do(Following).With(heads.Select(head => head.Lane)).With(heads.Select(head => head.Priority))
            .With(heads.Select(head => head.Client)).With(request.Now).With(2 * request.MostParts),
        Read);

    /// <summary>All of them in the order in which they are to go.</summary>
    private IEnumerable<Head> InTurn(List<Head> rows)
    {
        Dictionary<string, long> turns;
        long turn;
        lock (_gate)
        {
            (turns, turn) = (new Dictionary<string, long>(_turns, StringComparer.Ordinal), _turn);
        }

        foreach (var priority in rows.GroupBy(row => row.Priority).OrderBy(group => group.Key))
        {
            var waiting = priority.GroupBy(row => (row.Lane, row.Client))
                .Select(group => new Queue<Head>(group.OrderBy(row => (row.DueAt, row.Message, row.Part)))).ToList();
            while (waiting.Count > 0)
            {
                var next = waiting.MinBy(each => (turns.GetValueOrDefault(each.Peek().Client), each.Peek().DueAt, each.Peek().Message))!;
                var head = next.Dequeue();
                turns[head.Client] = ++turn;
                yield return head;
                if (next.Count == 0)
                {
                    waiting.Remove(next);
                }
            }
        }
    }

    private async Task<List<DuePart>> LeaseAsync(List<Head> wanted, TakeRequest request)
    {
        var tokens = wanted.ConvertAll(_ => numbers.Next());
        try
        {
            return await link.BatchAsync(
                Need.Write,
                batch => batch.Do(Lease).With(numbers.Node).With(wanted.Select(head => head.Message)).With(wanted.Select(head => head.Part))
                    .With(tokens).With(request.Now).With(request.MostParts).With(request.LeaseUntil).With(request.MostRecipients),
                async batch =>
                {
                    await using var reader = await batch.ExecuteReaderAsync();
                    await reader.NextResultAsync();
                    return await reader.RowsAsync(Part);
                });
        }
        catch (InDoubtException)
        {
            leftovers.Remember(wanted.Select((head, i) => new Lease(new MessageId(head.Message), head.Part, tokens[i])));
            throw;
        }
    }

    private static Head Read(NpgsqlDataReader row) =>
        new(row.Text(0), row.GetInt32(1), row.Text(2), row.Time(3), row.GetInt64(4), row.GetInt32(5));

    private static DuePart Part(NpgsqlDataReader row)
    {
        const int Next = Rows.EnvelopeCount;
        var envelope = row.Envelope();
        var number = row.GetInt32(Next);
        var recipients = row.IsDBNull(Next + 5)
            ? []
            : row.GetFieldValue<int[]>(Next + 5).Zip(row.Texts(Next + 6), row.GetFieldValue<bool[]>(Next + 8))
                .Select(each => new DueRecipient(each.First, each.Second) { WasUnsure = each.Third }).ToList();
        return new DuePart(
            new Lease(envelope.Id, number, row.GetInt64(Next + 4)), envelope, number, row.GetInt32(Next + 1), new Lane(row.Text(Next + 2)),
            row.GetInt32(Next + 3) + 1, recipients) { Wait = row.GetInt32(Next + 3) + 1 - row.GetInt32(Next + 7) };
    }

    /// <summary>A part that is due first of its lane, priority and client.</summary>
    private sealed record Head(string Lane, int Priority, string Client, DateTimeOffset DueAt, long Message, int Part);
}
