namespace HveRelay.Smtp.Message;

/// <summary>What a delivery status notification says (RFC 3464).</summary>
/// <param name="Id">Unique of this report, of letters and digits.</param>
/// <param name="To">Addresses of those who are told.</param>
/// <param name="ReplyTo">Who answers questions, or null.</param>
/// <param name="HostName">The mail system that reports.</param>
/// <param name="Text">For people, lines ended by LF.</param>
/// <param name="Arrival">When the message arrived; null where the report is about several.</param>
/// <param name="OriginalId">The Message-ID of the message with its brackets, or null.</param>
/// <param name="OriginalHeader">The header of the message, or as much of it as there is; empty: none.</param>
public sealed record DeliveryReport(
    string Id,
    NamedMailbox From,
    IReadOnlyList<string> To,
    string? ReplyTo,
    string Subject,
    DateTimeOffset Date,
    string HostName,
    string Text,
    DateTimeOffset? Arrival,
    string? OriginalId,
    IReadOnlyList<ReportedRecipient> Recipients,
    ReadOnlyMemory<byte> OriginalHeader);

/// <summary>One recipient of it (RFC 3464 section 2.3).</summary>
/// <param name="Action">failed or delayed.</param>
/// <param name="Reply">The next hop's reply, or words of our own; null where there was nothing.</param>
/// <param name="Until">Until when it is tried, where it still is.</param>
/// <param name="QueueId">Of its message.</param>
public sealed record ReportedRecipient(
    string Address,
    string Action,
    EnhancedCode Status,
    string? Reply,
    DateTimeOffset? LastAttempt,
    DateTimeOffset? Until,
    string QueueId);
