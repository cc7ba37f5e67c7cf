using HveRelay.Mail;

namespace HveRelay.Queue;

// The rules of every store:
//   1. A call marked durable returns only after its change is on stable storage. Calls that end together share one sync.
//   2. A call that throws StoreException changed nothing.
//   3. One failing call never harms another that shares its commit.
//   4. Times are handed in; a store has no clock. Nodes that share one hand in times of one clock (which: the store's documentation).
//   5. What is leased is not taken again before the lease is over, nor while an attempt on it is under way in a node that lives;
//      who lost a lease can no longer begin or complete under it. An operator's change ends leases under which no attempt has begun.

/// <summary>The port to the durable queue: content, envelopes, parts, attempts, and the quota ledger.</summary>
public interface IQueueStore : IQueueReader, INoticeStore
{
    /// <summary>Refusals of one address in the history: what repeats itself for ever must not fill the disk.</summary>
    const int RefusalsKept = 100;

    /// <summary>False while there is no room for new mail: it would be refused with <see cref="StoreFault.Full"/>.</summary>
    bool HasRoom { get; }

    /// <summary>Starts the content of a message. Octets are stored as they arrive; dispose without enqueueing and they are gone.</summary>
    IContentWriter CreateContent();

    /// <summary>Durable. From here on the message is ours.</summary>
    ValueTask EnqueueAsync(NewMessage message, IContentWriter content, CancellationToken cancel);

    /// <summary>
    /// Leases due parts of the lanes: by priority, then in turn between clients, then by due time. A part comes with those of its
    /// recipients that are due.
    /// </summary>
    ValueTask<IReadOnlyList<DuePart>> TakeAsync(TakeRequest request, CancellationToken cancel);

    /// <summary>Durable. Records an attempt before its first command and reserves its recipients in the ledger, as many as fit.</summary>
    ValueTask<AttemptGrant> BeginAsync(AttemptStart start, CancellationToken cancel);

    /// <summary>
    /// Durable. Ends an attempt: relayed and unsure recipients stay in the ledger at <see cref="AttemptEnd.At"/>, the others are
    /// given back; the lease ends; the content goes with the last recipient. False where the lease was lost.
    /// </summary>
    ValueTask<bool> CompleteAsync(AttemptEnd end, CancellationToken cancel);

    /// <summary>Gives leased parts back unattempted, due at <paramref name="dueAt"/> or, when null, as before.</summary>
    ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt, CancellationToken cancel);

    /// <summary>The earliest due time in the lanes, leases that end included; null where nothing waits.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyList<Lane> lanes, CancellationToken cancel);

    /// <summary>
    /// Durable. Fails at most <paramref name="most"/> queued recipients in the lanes whose message expired before
    /// <paramref name="now"/> and that are not leased; returns them.
    /// </summary>
    ValueTask<IReadOnlyList<ExpiredRecipient>> ExpireAsync(IReadOnlyList<Lane> lanes, DateTimeOffset now, int most, CancellationToken cancel);

    /// <summary>
    /// Durable. An operator's change, by the table at <see cref="QueueChange"/>; a result for each message, in their order. Who is in an
    /// attempt of a node that lives is being sent; an attempt that a dead one left is none. Each message that was changed gets an
    /// entry in its history. The content goes with the last recipient.
    /// </summary>
    ValueTask<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change, CancellationToken cancel);

    /// <summary>Durable. Remembers that an account is paused, or with null that it is not; case does not count.</summary>
    ValueTask PauseAsync(string account, AccountPause? pause, CancellationToken cancel);

    /// <summary>
    /// Durable. At the start of a node, and again and again while it runs: puts in order what nodes that no longer live have left, of a
    /// store for one node its earlier runs. Attempts that never ended become unsure, their recipients due at <paramref name="dueAt"/>, or
    /// held where they were unsure before; leases end; content without a message is removed. What a living node has in hand, this one
    /// too, is not touched.
    /// </summary>
    /// <param name="configured">
    /// The lanes of this node, at its start: parts in lanes of accounts that no living node serves move to any account, those of
    /// smarthosts never do. Null while it runs.
    /// </param>
    /// <param name="dueAt">Null: unsure recipients are held.</param>
    /// <param name="tell">
    /// Hears of attempts that become unsure before that is durable: a relay that dies in between tells it twice, and none is sent again
    /// untold. What it throws undoes the change.
    /// </param>
    ValueTask RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell, CancellationToken cancel);

    /// <summary>
    /// Lanes in which mail is queued and that no living node serves, with the number of messages. What this node serves is handed in
    /// for stores that have one node; the others know it of all nodes since their start.
    /// </summary>
    ValueTask<IReadOnlyList<UnservedLane>> UnservedAsync(IReadOnlyList<Lane> served, CancellationToken cancel);

    /// <summary>
    /// Durable. After the clock was set back: queued recipients that are not leased and due after <paramref name="latest"/> become due
    /// <paramref name="now"/>, and what the ledger has more than a minute later than now counts as sent now. Returns how many
    /// recipients were brought forward.
    /// </summary>
    ValueTask<int> BringForwardAsync(DateTimeOffset now, DateTimeOffset latest, CancellationToken cancel);

    /// <summary>
    /// Adds sightings to what is known of their clients, and refusals, oldest first, to the history. Of one address a store keeps the
    /// latest <see cref="RefusalsKept"/>. Not durable: it goes with the next commit.
    /// </summary>
    ValueTask SeenAsync(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals, CancellationToken cancel);

    /// <summary>
    /// Drops messages whose last recipient ended before <paramref name="before"/>, at most <paramref name="most"/>; returns how many.
    /// With them go as many refusals of before, and clients that no entry covers and that were not seen since.
    /// </summary>
    ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancel);

    /// <summary>Durable. Writes and syncs a little: how long that took, for health and doctor.</summary>
    ValueTask<TimeSpan> ProbeAsync(CancellationToken cancel);
}

/// <summary>Takes the content of one message, in order, in pieces of any size.</summary>
public interface IContentWriter : IAsyncDisposable
{
    /// <summary>Octets so far.</summary>
    long Length { get; }

    /// <summary>Stores the octets, which the caller may reuse afterwards; waits while the store is behind (back-pressure).</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel);
}
