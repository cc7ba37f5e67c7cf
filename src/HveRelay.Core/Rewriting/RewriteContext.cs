using HveRelay.Mail;

namespace HveRelay.Rewriting;

public enum RewriteMode
{
    /// <summary>From becomes the account: HVE takes nothing else (550 5.6.241).</summary>
    Account,

    /// <summary>From stays: for next hops that allow it. Only what RFC 5321 and 5322 demand of a submission is done.</summary>
    Keep,
}

/// <summary>What the rewriting of one part's header depends on, all of it data: the same context gives the same octets.</summary>
/// <param name="HostName">Our own name in Received and in a Message-ID that we make.</param>
/// <param name="Account">The address of the account that sends; null in <see cref="RewriteMode.Keep"/>, where there may be none.</param>
/// <param name="OnlyRecipient">The address of the message's only recipient for the <c>for</c> of Received; null where there are
/// more, since RFC 5321 section 7.2 has blind copies stay blind.</param>
public sealed record RewriteContext(
    Envelope Envelope, string HostName, RewriteMode Mode, string? Account = null, string? OnlyRecipient = null)
{
    /// <summary>Of the client that sent the message.</summary>
    public ClientWishes Client { get; init; } = ClientWishes.None;

    /// <summary>What was seen of the body; null where nothing had to be.</summary>
    public BodyFacts? Body { get; init; }
}

/// <summary>What the header says of a body depends on the body.</summary>
/// <param name="Charset">Of text that names none; null: it is ASCII, or nobody asked.</param>
/// <param name="IsEightBit">There are octets above 127 in it; not known where nobody asked.</param>
/// <param name="Encoding">The transfer encoding that the body gets on its way; null: the one that it has.</param>
/// <param name="IsReencoded">Some part of the body gets another transfer encoding on its way.</param>
public sealed record BodyFacts(string? Charset, bool IsEightBit, string? Encoding = null, bool IsReencoded = false);

/// <param name="Header">The new header block with the empty line that ends it.</param>
/// <param name="BodyStart">Octets of the stored content that <paramref name="Header"/> stands for: the body follows there.</param>
/// <param name="Notes">What was changed, in words of <see cref="RewriteNotes"/>, each once, for the history.</param>
public sealed record RewriteResult(ReadOnlyMemory<byte> Header, int BodyStart, IReadOnlyList<string> Notes);
