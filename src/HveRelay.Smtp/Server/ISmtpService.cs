namespace HveRelay.Smtp.Server;

/// <summary>
/// What a session asks of its owner; one for each session. Nothing here throws for expected trouble: a refusal is a reply. What
/// is thrown all the same is answered 421 and ends the session, since it is a fault of ours (contract, promise 8).
/// </summary>
public interface ISmtpService
{
    /// <summary>The greeting: 220, or a refusal, which closes the session.</summary>
    ValueTask<Reply> ConnectAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>Octets a message may have, for SIZE (RFC 1870); 0 is no limit.</summary>
    long MaxMessageBytes { get; }

    /// <summary>What to do about bare newlines of this client.</summary>
    NewlineMode NewlineMode { get; }

    /// <summary>May this client log in, with TLS or without? Also decides whether AUTH is announced.</summary>
    bool OffersAuth(SessionInfo session, bool tls);

    /// <summary>235, or 535 and the like.</summary>
    ValueTask<Reply> AuthenticateAsync(SessionInfo session, string user, string password, CancellationToken cancel);

    /// <summary>250, or a refusal. A new transaction begins with a positive reply.</summary>
    ValueTask<Reply> MailAsync(SessionInfo session, MailCommand command, CancellationToken cancel);

    /// <summary>250, or a refusal of this recipient alone.</summary>
    ValueTask<Reply> RcptAsync(SessionInfo session, string address, CancellationToken cancel);

    /// <summary>Where the content goes, or null with a refusal of DATA.</summary>
    ValueTask<(IContentSink? Sink, Reply? Refusal)> DataAsync(SessionInfo session, CancellationToken cancel);

    /// <summary>The transaction ended without a message: RSET, EHLO, or the end of the session.</summary>
    ValueTask ResetAsync();

    /// <summary>A command was refused by the session itself, or the session ended for a reason of its own.</summary>
    /// <param name="from">The reverse-path of a MAIL that was refused, or what stood in its place; else null.</param>
    /// <param name="to">The same of a RCPT.</param>
    void Refused(SessionInfo session, string reason, Reply reply, string? from = null, string? to = null);

    /// <summary>
    /// The session is over, however it came to that. Its last reply is not sent yet: a client that has read it may come back at once.
    /// </summary>
    void Ended(SessionInfo session);
}

/// <param name="ReversePath">Empty for the null reverse-path.</param>
/// <param name="Size">The declared size (RFC 1870), or null.</param>
/// <param name="EightBit">BODY=8BITMIME (RFC 6152).</param>
public sealed record MailCommand(string ReversePath, long? Size, bool EightBit);

/// <summary>Takes the content of one message. Writes never throw for a store that fails: <see cref="CompleteAsync"/> says so.</summary>
public interface IContentSink : IAsyncDisposable
{
    /// <summary>The next octets, line ends normalised and dots unstuffed; reusable after the call.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel);

    /// <summary>All octets have come: the reply to the final dot. 2yz only when the message is on stable storage.</summary>
    ValueTask<Reply> CompleteAsync(CancellationToken cancel);
}
