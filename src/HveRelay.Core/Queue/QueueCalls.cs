using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>A message to enqueue, with its recipients already cut into parts. A part has 1 recipient at least.</summary>
public sealed record NewMessage(Envelope Envelope, IReadOnlyList<NewPart> Parts)
{
    /// <summary>Null: no session brought it.</summary>
    public Arrival? Arrival { get; init; }
}

/// <summary>
/// Recipients that go in one transaction. Held parts wait for an operator from the start.
/// </summary>
/// <param name="Number">1 to <paramref name="Of"/>: a stable name of the part in log and pages.</param>
public sealed record NewPart(int Number, int Of, Lane Lane, IReadOnlyList<string> Recipients, DateTimeOffset DueAt, bool Held = false);

/// <summary>The right to attempt one part, until it ends. The token fences out whoever held it before.</summary>
public readonly record struct Lease(MessageId Message, int Part, long Token);

/// <param name="MostParts">At most so many parts.</param>
/// <param name="MostRecipients">At most so many recipients of a part; the others stay due.</param>
public sealed record TakeRequest(
    IReadOnlyList<Lane> Lanes, DateTimeOffset Now, DateTimeOffset LeaseUntil, int MostParts, int MostRecipients)
{
    /// <summary>Less urgent mail stays where it is.</summary>
    public Priority Least { get; init; } = Priority.Bulk;
}

/// <summary>A leased part and its due recipients.</summary>
/// <param name="Attempt">The number of the attempt this will be, from 1.</param>
public sealed record DuePart(
    Lease Lease, Envelope Envelope, int Number, int Of, Lane Lane, int Attempt, IReadOnlyList<DueRecipient> Recipients)
{
    /// <summary>The number of the attempt since the latest <see cref="ChangeKind.Retry"/>, from 1: where the retry schedule stands.</summary>
    public int Wait { get; init; } = Attempt;
}

/// <param name="Number">The recipient's number within its message, from 0.</param>
public sealed record DueRecipient(int Number, string Address)
{
    /// <summary>An earlier attempt was unsure: it may have got the message.</summary>
    public bool WasUnsure { get; init; }
}

/// <summary>A quota to reserve in: the tenant's (scope "") or an account's. Limit 0 is no limit.</summary>
public sealed record QuotaRule(string Scope, long Limit, TimeSpan Window)
{
    /// <summary>The scope of the tenant.</summary>
    public const string Tenant = "";

    /// <summary>The scope of an entry of <c>Clients</c>: it has no limit of its own, and is counted.</summary>
    public static string Client(string name) => "client:" + name;

    /// <summary>The window of HVE's daily limit.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);
}

/// <summary>An attempt about to start.</summary>
/// <param name="Recipients">Numbers of the recipients wanted, in order.</param>
/// <param name="Account">Who sends: an account's address or a smarthost's name.</param>
public sealed record AttemptStart(
    Lease Lease, string Account, IReadOnlyList<int> Recipients, IReadOnlyList<QuotaRule> Rules, DateTimeOffset At);

public abstract record AttemptGrant
{
    private AttemptGrant()
    {
    }

    /// <summary>The first <paramref name="Recipients"/> of those wanted may go; the rest stay due.</summary>
    public sealed record Granted(long AttemptId, int Recipients) : AttemptGrant;

    /// <summary>No recipient fits in <paramref name="Scope"/> before <paramref name="Until"/>. The lease was given back.</summary>
    public sealed record Exhausted(string Scope, DateTimeOffset Until) : AttemptGrant;

    /// <summary>Another took the part over.</summary>
    public sealed record LeaseLost : AttemptGrant;
}

/// <summary>How an attempt ended for each recipient it was granted.</summary>
public sealed record AttemptEnd(long AttemptId, Lease Lease, DateTimeOffset At, IReadOnlyList<RecipientEnd> Recipients)
{
    /// <summary>What was done to the header, a sentence each; empty where it did not come to that.</summary>
    public IReadOnlyList<string> Rewriting { get; init; } = [];
}

/// <param name="Reply">The next hop's words verbatim, or ours where it said nothing.</param>
/// <param name="DueAt">For Deferred and Unsure: when to try again; null with <see cref="Outcome.Unsure"/> holds it for an operator.</param>
public sealed record RecipientEnd(int Number, Outcome Outcome, string Reply, DateTimeOffset? DueAt = null)
{
    /// <summary>Null where it did not fail.</summary>
    public FailurePoint? Failure { get; init; }

    /// <summary>The state of the recipient from then on, where no operator has decided otherwise.</summary>
    /// <exception cref="ArgumentException">It is deferred without a due time.</exception>
    public static RecipientState StateAfter(RecipientEnd recipient) => recipient switch
    {
        { Outcome: Outcome.Relayed } => RecipientState.Relayed,
        { Outcome: Outcome.Failed or Outcome.Expired } => RecipientState.Failed,
        { Outcome: Outcome.Deferred or Outcome.Unsure, DueAt: not null } => RecipientState.Queued,
        { Outcome: Outcome.Unsure } => RecipientState.Held,
        _ => throw new ArgumentException($"recipient {recipient.Number} is deferred without a due time", nameof(recipient)),
    };
}

public sealed record ExpiredRecipient(Envelope Envelope, int Number, string Address, int Attempts, string? LastReply);

/// <summary>A lane in which so many messages wait and that nobody serves.</summary>
public sealed record UnservedLane(Lane Lane, long Messages);

/// <summary>An attempt that was under way when the relay died.</summary>
/// <param name="Of">Parts of the message.</param>
/// <param name="Number">Which attempt of the part it was, from 1.</param>
/// <param name="Recipients">Their addresses.</param>
public sealed record RecoveredAttempt(Envelope Envelope, int Part, int Of, int Number, string Account, IReadOnlyList<string> Recipients)
{
    /// <summary>What stands in the history in place of the reply.</summary>
    public const string Reply = "the relay stopped before the reply came";

    /// <summary>Those of the recipients that are held now.</summary>
    public IReadOnlyList<string> Held { get; init; } = [];
}

/// <summary>The store could not do it: the disk is full, the file is damaged, the server is gone. The change did not happen.</summary>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreFault Fault { get; } = fault;
}

/// <summary>What a person must do differs, so the names do.</summary>
public enum StoreFault
{
    /// <summary>No space left: free some. Operator of the machine.</summary>
    Full,

    /// <summary>Another program holds the database. Find and end it.</summary>
    Locked,

    /// <summary>Writing or syncing failed: look at the disk.</summary>
    Unwritable,

    /// <summary>The database server is gone, or the way to it: it comes back by itself, or look there.</summary>
    Unreachable,

    /// <summary>The data is damaged: see docs/operating.md on recovery.</summary>
    Damaged,

    /// <summary>The content of this message was lost before it was accepted: the client sends it again.</summary>
    ContentLost,
}
