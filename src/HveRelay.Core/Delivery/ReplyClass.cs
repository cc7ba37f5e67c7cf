using HveRelay.Wording;

namespace HveRelay.Delivery;

/// <summary>What the relay does about a failure. Two failures that need different actions are in two classes.</summary>
public enum ReplyClass
{
    /// <summary>Try the recipients again, by the schedule.</summary>
    Retry,

    /// <summary>There was no reply: DNS, TCP, TLS or the line. As Retry, and the account is left alone for growing intervals.</summary>
    Unreachable,

    /// <summary>The next hop wants less: try once more after a breath, then by the schedule.</summary>
    Throttled,

    /// <summary>The daily quota of the next hop is used up: hours.</summary>
    QuotaReached,

    /// <summary>The account, the tenant or our configuration is at fault: let the account rest, keep the mail, raise an alarm.</summary>
    AccountFault,

    /// <summary>Fetch a new token and try once more at once.</summary>
    NewToken,

    /// <summary>Too many recipients for one transaction: those accepted go, the others follow at once.</summary>
    Split,

    /// <summary>These recipients cannot be reached.</summary>
    Permanent,
}

/// <summary>What is at fault where the class is <see cref="ReplyClass.AccountFault"/>: who has to act differs.</summary>
public enum FaultKind
{
    /// <summary>No fault of an account.</summary>
    None,

    /// <summary>Password, token, or the account's address.</summary>
    Credentials,

    /// <summary>The tenant forbids this way of logging in.</summary>
    Policy,

    /// <summary>Nobody pays for it.</summary>
    Billing,

    /// <summary>The application lacks a permission.</summary>
    AppNotAllowed,

    /// <summary>Account, tenant or address of ours is blocked.</summary>
    Blocked,

    /// <summary>It is no HVE account, or none any more.</summary>
    Account,

    /// <summary>The message does not come from the account.</summary>
    Sender,

    /// <summary>Wrong host, TLS, or something between us.</summary>
    Connection,

    /// <summary>A reason that is not known here.</summary>
    Unknown,
}

/// <summary>How sure a row of the table is.</summary>
public enum Confidence
{
    /// <summary>Microsoft's own text.</summary>
    Microsoft,

    /// <summary>Microsoft, quoted by others.</summary>
    Quoted,

    /// <summary>Seen in the field by a working relay.</summary>
    Field,

    /// <summary>A blog.</summary>
    Blog,

    /// <summary>Nobody has written down what HVE says: what the RFCs make likely.</summary>
    Unknown,

    /// <summary>The configuration of this relay says so: <c>Hve.Replies</c>.</summary>
    Configured,
}

/// <summary>What a failure means: the same words in the log, in <c>queue show</c>, on the pages and in <c>explain</c>.</summary>
/// <param name="Cause">A sentence.</param>
/// <param name="Remedy">Who does what, a colon between; empty where nobody need do anything.</param>
/// <param name="Source">Who says that the reply means this; empty where no row knows it.</param>
public sealed record ReplyVerdict(ReplyClass Class, FaultKind Fault, string Cause, string Remedy, Confidence Confidence, string Source)
{
    /// <summary>A row of the table knows it; else it is told by its code and stage alone.</summary>
    public bool IsKnown => Source.Length > 0;

    /// <summary>Who mends it; empty where nobody need do anything.</summary>
    public string Who => Language.Split(Remedy).Who;

    /// <summary>How it is mended.</summary>
    public string How => Language.Split(Remedy).How;

    /// <summary>
    /// What it is for the mail once the attempt is over: a new token helped as little as the old one, or there is none to be had. That is no
    /// fault of the message (promise 5).
    /// </summary>
    public ReplyVerdict InTheEnd => Class == ReplyClass.NewToken ? this with { Class = ReplyClass.AccountFault, Fault = FaultKind.Credentials } : this;

    public ReplyVerdict In(Language language) => this with { Cause = language.Say(Cause), Remedy = language.Say(Remedy) };
}
