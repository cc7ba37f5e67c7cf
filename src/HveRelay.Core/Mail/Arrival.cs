namespace HveRelay.Mail;

/// <summary>How a message came in, beside what its envelope says: kept as long as the envelope, for who asks why.</summary>
/// <param name="MessageId">What the client calls the message, without angle brackets; null where it gave it no name.</param>
/// <param name="Listener">The name of the listener that its session connected to.</param>
/// <param name="ConnectedAt">When that session began.</param>
/// <param name="Network">The network of the client's entry that covers its address; null where the entry is for any address.</param>
/// <param name="Quirks">How the session strayed from the RFCs so far, in words.</param>
/// <param name="Refused">What the session was refused since its message before, at most <see cref="MostRefused"/>.</param>
/// <param name="MoreRefused">How many more there were.</param>
public sealed record Arrival(
    string? MessageId,
    string Listener,
    DateTimeOffset ConnectedAt,
    string? Network,
    IReadOnlyList<string> Quirks,
    IReadOnlyList<ArrivalRefusal> Refused,
    int MoreRefused)
{
    /// <summary>A list of five hundred recipients that were all refused is a line in the log each.</summary>
    public const int MostRefused = 20;

    /// <summary>Characters of a Message-ID that count: nobody honest has more (RFC 5322 section 2.1.1), and an index keeps them.</summary>
    private const int LongestName = 250;

    /// <summary>A Message-ID as it is kept and looked for, of a header field or of what somebody typed; null where nothing is left.</summary>
    public static string? NameOf(string? messageId)
    {
        var name = (messageId ?? string.Empty).Trim();
        if (name is ['<', .., '>'])
        {
            name = name[1..^1].Trim();
        }

        return name.Length == 0 ? null : name.Length > LongestName ? name[..LongestName] : name;
    }
}

/// <param name="To">The recipient that was refused; null where it was something else.</param>
/// <param name="Reason">As in the line <c>refused</c> of the log.</param>
/// <param name="Reply">What the client was told.</param>
public sealed record ArrivalRefusal(string? To, string Reason, string Reply);
