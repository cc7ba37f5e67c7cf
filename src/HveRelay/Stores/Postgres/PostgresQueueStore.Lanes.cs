using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

public sealed partial class PostgresQueueStore
{
    // One look into the index for each lane, not for each part.
    private const string Unserved = """
        WITH RECURSIVE l AS (
            (SELECT lane FROM part WHERE next_due IS NOT NULL ORDER BY lane LIMIT 1)
            UNION ALL
            SELECT (SELECT p.lane FROM part p WHERE p.next_due IS NOT NULL AND p.lane > l.lane ORDER BY p.lane LIMIT 1) FROM l WHERE l.lane IS NOT NULL)
        SELECT l.lane, (SELECT count(DISTINCT p.message) FROM part p WHERE p.next_due IS NOT NULL AND p.lane = l.lane)
        FROM l WHERE l.lane IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node n WHERE l.lane = ANY(n.lanes))
        """;

    public async ValueTask<IReadOnlyList<UnservedLane>> UnservedAsync(IReadOnlyList<Lane> served, CancellationToken cancel) => await DoAsync(
        () => _link.ReadAsync(batch => batch.Do(Unserved), row => new UnservedLane(new Lane(row.Text(0)), row.GetInt64(1))), cancel);
}
