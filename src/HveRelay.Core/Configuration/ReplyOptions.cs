namespace HveRelay.Configuration;

/// <summary>
/// What a reply of HVE means here, before the built-in table: for replies that nobody knew when it was written. A key that is empty
/// or 0 matches anything; the first entry that matches decides.
/// </summary>
public sealed class ReplyOptions
{
    /// <summary>The command that is answered; empty: any, with Permanent RCPT and later.</summary>
    [OneOf("", "Greeting", "Hello", "StartTls", "Auth", "Mail", "Rcpt", "Data", "FinalDot")]
    public string Stage { get; set; } = string.Empty;

    /// <summary>The reply code; 0: any.</summary>
    [Within(0, 599)]
    public int Code { get; set; }

    /// <summary>5.7.62, or a range of the last number: 4.7.500-699.</summary>
    public string EnhancedCode { get; set; } = string.Empty;

    /// <summary>Occurs in the reply, ignoring case.</summary>
    public string Text { get; set; } = string.Empty;

    public ReplyOptionsClass Class { get; set; } = ReplyOptionsClass.Retry;

    /// <summary>A sentence for the log.</summary>
    public string Cause { get; set; } = string.Empty;

    /// <summary>Who does what: <c>Administrator: restart the firewall</c>.</summary>
    public string Remedy { get; set; } = string.Empty;
}

/// <summary>What the relay does; docs/hve.md tells of each.</summary>
public enum ReplyOptionsClass
{
    Retry,
    Throttled,
    QuotaReached,
    AccountFault,
    NewToken,
    Split,
    Permanent,
}

/// <summary>A distribution list: Microsoft bills each of its members.</summary>
public sealed class DistributionListOptions
{
    [AddressValue]
    public string Address { get; set; } = string.Empty;

    [Within(1, 10_000_000)]
    public int Members { get; set; } = 1;
}
