namespace HveRelay.Stores.Postgres;

/// <summary>
/// Numbers that no other node and no other run ever hands out, and that grow: tokens of leases, ids of attempts, numbers of contents.
/// The number of the node, which the database gave out once, stands above the bits that are counted.
/// </summary>
internal sealed class Numbers(long node)
{
    private const int CountBits = 36;
    private long _last = node << CountBits;

    public long Node => node;

    public long Next() => Interlocked.Increment(ref _last);
}
