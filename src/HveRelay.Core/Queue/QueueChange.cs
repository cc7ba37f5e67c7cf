using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>What an operator may do with recipients that have not ended.</summary>
public enum ChangeKind
{
    /// <summary>Queued to held.</summary>
    Hold,

    /// <summary>Held to queued, due now.</summary>
    Release,

    /// <summary>Queued: due now, and the retry schedule begins anew.</summary>
    Retry,

    /// <summary>Queued or held to removed: an end, and nobody is told.</summary>
    Remove,

    /// <summary>Queued or held to failed, with the operator's reason as the reply.</summary>
    Bounce,
}

/// <summary>
/// What an operator wants of messages.
/// <code>
/// kind      of       makes            while it is being sent
/// Hold      Queued   Held             Held; the attempt ends by its own result, and holds what it would have put off
/// Release   Held     Queued, due now  the same
/// Retry     Queued   due now          not touched
/// Remove    either   Removed          not touched: it may be delivered any moment
/// Bounce    either   Failed           not touched
/// </code>
/// </summary>
/// <param name="By">Who wants it, for the history.</param>
/// <param name="Reason">The reply of bounced recipients; of the others a remark for the history. May be null but for Bounce.</param>
/// <param name="Recipient">Only recipients whose address has this in it, ignoring case; null: all.</param>
/// <param name="State">Only recipients that are in this state; null: all.</param>
public sealed record QueueChange(
    ChangeKind Kind,
    IReadOnlyList<MessageId> Messages,
    DateTimeOffset At,
    string By,
    string? Reason = null,
    string? Recipient = null,
    RecipientState? State = null);

/// <summary>What became of one message.</summary>
/// <param name="Envelope">Null where the message is not known.</param>
/// <param name="Recipients">Those that the change was meant for, by number.</param>
public sealed record ChangeResult(MessageId Message, Envelope? Envelope, IReadOnlyList<RecipientChange> Recipients)
{
    /// <summary>Recipients that were changed.</summary>
    public int Changed => Recipients.Count(recipient => recipient.Effect is ChangeEffect.Changed or ChangeEffect.ChangedWhileSending);
}

/// <param name="Number">The recipient's number within its message, from 0.</param>
/// <param name="State">After the change.</param>
public sealed record RecipientChange(int Number, string Address, RecipientState State, ChangeEffect Effect);

/// <summary>Whether the change happened, and why not.</summary>
public enum ChangeEffect
{
    Changed,

    /// <summary>It happened, but an attempt is under way, and what comes of that stands.</summary>
    ChangedWhileSending,

    /// <summary>Not touched: it is being sent just now.</summary>
    Sending,

    /// <summary>Not touched: it is in a state from which this does not lead, or in the wanted one already.</summary>
    Unfit,

    /// <summary>Not touched: it had ended before.</summary>
    Ended,
}

/// <summary>One change in the history of a message.</summary>
/// <param name="Recipients">Numbers of the recipients it changed.</param>
public sealed record ChangeRecord(DateTimeOffset At, ChangeKind Kind, string By, string? Reason, IReadOnlyList<int> Recipients);
