namespace HveRelay.Mail;

/// <summary>The states of an accepted recipient. The last three are ends: promise 2 of the contract.</summary>
public enum RecipientState
{
    /// <summary>Waits for its due time, or is being sent.</summary>
    Queued,

    /// <summary>Waits for an operator.</summary>
    Held,

    /// <summary>The next hop took responsibility with a 2yz reply to the final dot.</summary>
    Relayed,

    /// <summary>Refused for good, or expired.</summary>
    Failed,

    /// <summary>Taken out by an operator.</summary>
    Removed,
}

/// <summary>What one attempt came to for one recipient.</summary>
public enum Outcome
{
    /// <summary>Taken over by the next hop.</summary>
    Relayed,

    /// <summary>To be tried again at a due time.</summary>
    Deferred,

    /// <summary>Refused for good.</summary>
    Failed,

    /// <summary>The connection broke between the final dot and its reply: it may be sent twice.</summary>
    Unsure,

    /// <summary>Never attempted again: its lifetime is over.</summary>
    Expired,
}
