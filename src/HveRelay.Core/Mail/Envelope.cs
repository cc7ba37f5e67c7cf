namespace HveRelay.Mail;

/// <summary>What goes first. The order of the members is the order of delivery.</summary>
public enum Priority
{
    Urgent,
    Normal,
    Bulk,
}

/// <summary>
/// Where a message came from, as its session saw it.
/// </summary>
/// <param name="Client">The name of the entry in <c>Clients</c> that let it in.</param>
/// <param name="Address">The client's IP address; behind a trusted proxy the one that the proxy told.</param>
/// <param name="HelloName">What the client called itself in EHLO or HELO.</param>
/// <param name="User">The authenticated user, or null.</param>
/// <param name="Tls">Version and cipher suite, for example <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>, or null.</param>
/// <param name="Protocol">The <c>with</c> word of Received: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA (RFC 3848); NOTICE and PICKUP of our own.</param>
public sealed record Origin(string Client, string Address, string HelloName, string? User, string? Tls, string Protocol)
{
    /// <summary>The protocol of notices that the relay itself writes: no session has it.</summary>
    public const string NoticeProtocol = "NOTICE";

    /// <summary>The protocol of files from the pickup directory.</summary>
    public const string PickupProtocol = "PICKUP";

    /// <summary>It came as a file: its client has no address and no login that count.</summary>
    public bool IsPickup => Protocol == PickupProtocol;

    /// <summary>The message tells somebody what became of another. If it fails, nobody is told by a further one.</summary>
    public bool IsNotice => Protocol == NoticeProtocol;

    public static Origin OfNotice(string hostName) => new("notices", "127.0.0.1", hostName, null, null, NoticeProtocol);
}

/// <summary>
/// The envelope of an accepted message (RFC 5321 section 2.3.1) and what we know beside it.
/// </summary>
/// <param name="ReversePath">The address of MAIL FROM, empty for the null reverse-path.</param>
/// <param name="ReceivedAt">When the final dot arrived, UTC.</param>
/// <param name="ExpiresAt">After this a retry is no longer worth it.</param>
/// <param name="Size">Octets of the content as stored, header block and body.</param>
/// <param name="EightBit">The client declared BODY=8BITMIME.</param>
public sealed record Envelope(
    MessageId Id,
    string ReversePath,
    DateTimeOffset ReceivedAt,
    DateTimeOffset ExpiresAt,
    long Size,
    Priority Priority,
    bool EightBit,
    Origin Origin);
