using HveRelay.Queue;

namespace HveRelay.Stores.Postgres;

/// <summary>Where the shared queue is, and how a node of it behaves.</summary>
/// <param name="ConnectionString">As Npgsql takes it. Holds the password: never to be shown.</param>
/// <param name="Signal">Pulsed when another node says that there is something to do.</param>
public sealed record PostgresStoreOptions(string ConnectionString, QueueSignal Signal)
{
    /// <summary>How often a node says that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A node that has said nothing for so long is dead, by the database's clock. Whoever says so must himself have been heard without
    /// a gap for as long: after an outage of the database everybody gets this time to come back.
    /// </summary>
    public TimeSpan NodeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A transaction in which a node says nothing for so long is ended by the database. A node that froze, or whose machine is gone
    /// without a word, must not keep locks that the others wait for: the ledger's are everybody's.
    /// </summary>
    public TimeSpan TransactionPause { get; init; } = TimeSpan.FromSeconds(10);
}
