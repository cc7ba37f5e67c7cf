using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>The part of one client that is due first in one lane at one priority.</summary>
internal sealed record DueHead(Lane Lane, Priority Priority, string Client, DateTimeOffset DueAt, long Message, int Part);

/// <summary>
/// Reads the index part_due from head to head, one look-up each: its cost is that of the clients that have mail, not of the mail.
/// </summary>
internal sealed class DueIndex(Database database)
{
    // "Behind x" is said as "from x and NUL on", which is the least text greater than x, so that the empty name is found too.
    private const string LeastText = "";
    private static readonly Priority[] Priorities = Enum.GetValues<Priority>();

    private readonly Statement _lane = database.Prepare(
        "SELECT lane FROM part INDEXED BY part_due WHERE next_due IS NOT NULL AND lane >= ? ORDER BY lane LIMIT 1");

    private readonly Statement _client = database.Prepare("""
        SELECT client, next_due, message, number FROM part INDEXED BY part_due
        WHERE next_due IS NOT NULL AND lane = ? AND priority = ? AND client >= ? ORDER BY client, next_due LIMIT 1
        """);

    private readonly Statement _first = database.Prepare("""
        SELECT next_due, message, number FROM part INDEXED BY part_due
        WHERE lane = ? AND priority = ? AND client = ? AND next_due <= ? ORDER BY next_due LIMIT 1
        """);

    private readonly Statement _firstUnleased = database.Prepare("""
        SELECT next_due FROM part INDEXED BY part_due
        WHERE next_due IS NOT NULL AND lane = ? AND priority = ? AND client = ? AND lease_until IS NULL ORDER BY next_due LIMIT 1
        """);

    private readonly Statement _lastUnleased = database.Prepare("""
        SELECT next_due FROM part INDEXED BY part_due
        WHERE next_due IS NOT NULL AND lane = ? AND priority = ? AND client = ? AND lease_until IS NULL ORDER BY next_due DESC LIMIT 1
        """);

    private readonly Statement _messages = database.Prepare(
        "SELECT count(DISTINCT message) FROM part INDEXED BY part_due WHERE next_due IS NOT NULL AND lane = ?");

    /// <summary>Lanes in which something is queued and that are none of these.</summary>
    public IReadOnlyList<UnservedLane> Unserved(IReadOnlyList<Lane> served) =>
        Lanes().Except(served).Select(lane => new UnservedLane(lane, _messages.Set(lane.Name).Number() ?? 0)).ToList();

    /// <summary>Lanes in which something is queued.</summary>
    public List<Lane> Lanes()
    {
        var lanes = new List<Lane>();
        var from = LeastText;
        while (_lane.Set(from).Next())
        {
            lanes.Add(new Lane(_lane.Text(0)));
            _lane.Reset();
            from = lanes[^1].Name + '\0';
        }

        return lanes;
    }

    /// <summary>What each client has due first, leased parts at the end of their lease, due or not.</summary>
    public List<DueHead> Heads(IReadOnlyList<Lane> lanes, Priority priority)
    {
        var heads = new List<DueHead>();
        foreach (var lane in lanes)
        {
            var from = LeastText;
            while (_client.Set(lane.Name).Set((int)priority).Set(from).Next())
            {
                heads.Add(new DueHead(lane, priority, _client.Text(0), _client.Time(1), _client.Long(2), _client.Int(3)));
                _client.Reset();
                from = heads[^1].Client + '\0';
            }
        }

        return heads;
    }

    /// <summary>What takes the place of a head that was taken: the next due part of the same lane, priority and client.</summary>
    public DueHead? After(DueHead taken, DateTimeOffset now)
    {
        if (!_first.Set(taken.Lane.Name).Set((int)taken.Priority).Set(taken.Client).Set(now).Next())
        {
            return null;
        }

        var next = taken with { DueAt = _first.Time(0), Message = _first.Long(1), Part = _first.Int(2) };
        _first.Reset();
        return next;
    }

    public DateTimeOffset? Earliest(IReadOnlyList<Lane> lanes) =>
        Priorities.SelectMany(priority => Heads(lanes, priority)).Select(head => (DateTimeOffset?)head.DueAt).Min();

    /// <summary>The earliest due time of what is not leased.</summary>
    public DateTimeOffset? EarliestUnleased() => Unleased(_firstUnleased).Min();

    /// <summary>The latest due time of what is not leased.</summary>
    public DateTimeOffset? LatestUnleased() => Unleased(_lastUnleased).Max();

    private IEnumerable<DateTimeOffset?> Unleased(Statement of)
    {
        var lanes = Lanes();
        return
        [
            .. from priority in Priorities
               from head in Heads(lanes, priority)
               select of.Set(head.Lane.Name).Set((int)head.Priority).Set(head.Client).Number() is { } ticks
                   ? new DateTimeOffset(ticks, TimeSpan.Zero)
                   : (DateTimeOffset?)null,
        ];
    }
}
