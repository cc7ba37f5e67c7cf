using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>What may be read of the queue, by the relay itself or beside it while it runs.</summary>
public interface IQueueReader : IAsyncDisposable
{
    /// <summary>The content of a message from octet <paramref name="offset"/> on, in chunks of at most 256 KiB, as it was received.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(MessageId id, long offset, CancellationToken cancel);

    /// <summary>Messages that match, oldest first, at most <see cref="QueueFilter.Limit"/>.</summary>
    ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel);

    /// <summary>Everything known of one message, or null.</summary>
    ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel);

    /// <summary>Messages to which their clients gave this name (<see cref="Arrival.NameOf"/>), the latest first, at most <paramref name="most"/>.</summary>
    ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel);

    /// <summary>
    /// The latest messages and refusals that one address or client has to do with, at most <paramref name="most"/> of each: as sender,
    /// recipient, user, IP address, name in EHLO, or entry of <c>Clients</c>; as a whole, ignoring case. May look at the whole history.
    /// </summary>
    ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel);

    /// <summary>Counts for metrics and health; may be a few seconds old.</summary>
    ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel);

    /// <summary>Recipients in the ledger of a scope after <paramref name="since"/>, reservations included.</summary>
    ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel);

    /// <summary>The ledgers of all scopes by the minute, from <paramref name="since"/> on, without what is reserved.</summary>
    ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel);

    /// <summary>
    /// How often each of these addresses was relayed to after <paramref name="since"/>; those that were not are left out, and case
    /// does not count. Looks at the whole history.
    /// </summary>
    ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel);

    /// <summary>Accounts that an operator paused.</summary>
    ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel);

    /// <summary>The latest attempt of each account that ever made one. Looks at the whole history.</summary>
    ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel);

    /// <summary>Clients that match, the latest seen first, at most <see cref="ClientFilter.Limit"/>.</summary>
    ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel);

    /// <summary>The history of what one address was refused, the latest first, at most <paramref name="most"/>.</summary>
    ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel);
}
