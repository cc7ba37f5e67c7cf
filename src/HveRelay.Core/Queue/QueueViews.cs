using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>Which messages to list. What is null does not filter; texts match anywhere, ignoring case.</summary>
/// <param name="After">Continue behind this message.</param>
/// <param name="Ended">Also messages none of whose recipients is queued or held any more.</param>
/// <param name="Sending">Only messages on which an attempt is under way.</param>
public sealed record QueueFilter(
    RecipientState? State = null,
    string? Client = null,
    string? Sender = null,
    string? Recipient = null,
    DateTimeOffset? ReceivedBefore = null,
    MessageId? After = null,
    int Limit = 100,
    bool Ended = true,
    bool Sending = false);

/// <summary>A message in the list.</summary>
/// <param name="State">Queued or Held while a recipient is; of what has ended Failed where one failed, else Relayed or Removed.</param>
/// <param name="Recipients">Addresses, at most the first three.</param>
/// <param name="NextDue">When the next recipient is due; null where none is queued.</param>
/// <param name="LastReply">The reply of the latest attempt that ended, one that is no success first; or the reason of an operator who bounced it after that.</param>
/// <param name="IsSending">An attempt is under way, or was when the relay died.</param>
public sealed record QueueEntry(
    Envelope Envelope,
    RecipientState State,
    IReadOnlyList<string> Recipients,
    int RecipientCount,
    int Attempts,
    DateTimeOffset? NextDue,
    string? LastReply,
    bool IsSending);

/// <summary>Everything the store knows of a message.</summary>
/// <param name="Changes">What operators did, oldest first.</param>
public sealed record MessageRecord(
    Envelope Envelope,
    DateTimeOffset? EndedAt,
    IReadOnlyList<RecipientRecord> Recipients,
    IReadOnlyList<AttemptRecord> Attempts,
    IReadOnlyList<ChangeRecord> Changes)
{
    /// <summary>Null where no session brought it, or an older version of the relay took it in.</summary>
    public Arrival? Arrival { get; init; }

    /// <summary>Who was told of what, oldest first; last what nobody has been told of yet.</summary>
    public IReadOnlyList<NoticeRecord> Notices { get; init; } = [];
}

/// <param name="LastReply">As in the list, of this recipient.</param>
public sealed record RecipientRecord(
    int Number, string Address, int Part, int Parts, Lane Lane, RecipientState State, DateTimeOffset? DueAt, DateTimeOffset? EndedAt,
    string? LastReply);

/// <param name="EndedAt">Null while it is under way.</param>
public sealed record AttemptRecord(
    int Part, int Number, string Account, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<AttemptResultRecord> Results)
{
    /// <summary>What was done to the header, a sentence each.</summary>
    public IReadOnlyList<string> Rewriting { get; init; } = [];
}

public sealed record AttemptResultRecord(int Recipient, Outcome Outcome, string Reply)
{
    /// <summary>Null where it did not fail, or an older version of the relay wrote it.</summary>
    public FailurePoint? Failure { get; init; }
}

/// <summary>That somebody was told of recipients that failed or are late, or has to be.</summary>
/// <param name="At">Null: not yet.</param>
/// <param name="Receiver">Addresses with commas between; empty where nobody could be told.</param>
/// <param name="Notice">The message that told; null where nobody could be told, or not yet.</param>
/// <param name="IsDelayed">They are late; else they failed.</param>
public sealed record NoticeRecord(DateTimeOffset? At, string Receiver, MessageId? Notice, bool IsDelayed, IReadOnlyList<int> Recipients);

/// <summary>What the history knows of an address or a client, each list the latest first.</summary>
public sealed record Traces(IReadOnlyList<QueueEntry> Messages, IReadOnlyList<Refusal> Refusals);

/// <summary>Counts over the whole queue; what has ended is left out.</summary>
/// <param name="OldestDue">The due time of the part that is due longest, or null.</param>
/// <param name="Syncs">Syncs of this process since it opened the store.</param>
/// <param name="LastSync">How long the latest took.</param>
public sealed record QueueTotals(
    long QueuedMessages, long HeldMessages, long QueuedRecipients, DateTimeOffset? OldestDue, long Syncs, TimeSpan LastSync);
