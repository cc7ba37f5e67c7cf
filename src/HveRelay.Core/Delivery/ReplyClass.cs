namespace HveRelay.Delivery;

/// <summary>What the relay does about a failure. Two failures that need different actions are in two classes.</summary>
public enum ReplyClass
{
    /// <summary>Try the recipients again, by the schedule.</summary>
    Retry,

    /// <summary>The next hop wants less: try once more after a breath, then by the schedule.</summary>
    Throttled,

    /// <summary>The daily quota of the next hop is used up: hours.</summary>
    QuotaReached,

    /// <summary>The account, the tenant or our configuration is at fault: pause the account, keep the mail, raise an alarm.</summary>
    AccountFault,

    /// <summary>Fetch a new token and try once more at once.</summary>
    NewToken,

    /// <summary>Too many recipients for one transaction: those accepted go, the others follow at once.</summary>
    Split,

    /// <summary>These recipients cannot be reached.</summary>
    Permanent,
}

/// <summary>How sure a row of the table is, as docs/decisions tells.</summary>
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

    /// <summary>Nobody has written it down: what RFC 5321 makes likely.</summary>
    Unknown,
}

/// <summary>What a failure means: the same words in the log, in notices, on the pages and in <c>explain</c>.</summary>
/// <param name="Cause">A sentence.</param>
/// <param name="Remedy">Who does what; empty where nobody need do anything.</param>
public sealed record ReplyVerdict(ReplyClass Class, string Cause, string Remedy, Confidence Confidence);
