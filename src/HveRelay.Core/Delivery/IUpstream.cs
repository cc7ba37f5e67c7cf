using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>The door to the next hop. Expected failures are values; an exception is a bug.</summary>
public interface IUpstream
{
    /// <summary>
    /// Connects as one account or smarthost: DNS, TCP, greeting, EHLO, STARTTLS, AUTH, each with its own time-out.
    /// </summary>
    /// <param name="account">An account's address or a smarthost's name, as in the configuration.</param>
    Task<ConnectResult> ConnectAsync(string account, CancellationToken cancel);
}

public abstract record ConnectResult
{
    private ConnectResult()
    {
    }

    public sealed record Connected(IUpstreamConnection Connection) : ConnectResult;

    public sealed record Failed(UpstreamFailure Failure) : ConnectResult;
}

/// <summary>An authenticated connection, one transaction at a time. Disposing says QUIT, and whatever comes of that changes nothing.</summary>
public interface IUpstreamConnection : IAsyncDisposable
{
    /// <summary>False once it broke, was told 421, or must not be used again.</summary>
    bool IsUsable { get; }

    /// <summary>One mail transaction, with a result for every recipient in the order they were given.</summary>
    Task<TransactionResult> SendAsync(OutboundMessage message, CancellationToken cancel);
}

/// <summary>A message ready to leave.</summary>
/// <param name="Recipients">1 to the limit of the next hop.</param>
/// <param name="Size">Octets of header and body together, before dot-stuffing.</param>
/// <param name="Header">The rewritten header block with the empty line that ends it; lines end in CRLF.</param>
/// <param name="Body">The body octet for octet; opened at most once a call.</param>
public sealed record OutboundMessage(
    string ReversePath,
    IReadOnlyList<string> Recipients,
    long Size,
    bool EightBit,
    ReadOnlyMemory<byte> Header,
    Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> Body);

/// <summary>
/// What a transaction came to. <see cref="Recipients"/> has one entry for each recipient of the message, in its order.
/// </summary>
public sealed record TransactionResult(IReadOnlyList<RecipientResult> Recipients);

public abstract record RecipientResult
{
    private RecipientResult()
    {
    }

    /// <summary>2yz to the final dot.</summary>
    public sealed record Accepted(Reply Reply) : RecipientResult;

    /// <summary>Refused or broken off before the final dot was sent, or refused in reply to it: nothing was delivered.</summary>
    public sealed record NotSent(UpstreamFailure Failure) : RecipientResult;

    /// <summary>The dot was sent and no reply came.</summary>
    public sealed record Unsure(UpstreamFailure Failure) : RecipientResult;
}

/// <summary>Where in the dialogue with the next hop something happened, in its order.</summary>
public enum Stage
{
    Connect,
    Greeting,
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Content,
    FinalDot,
}

/// <summary>Why there was no reply, where there was none.</summary>
public enum Breakage
{
    /// <summary>There was a reply.</summary>
    None,

    /// <summary>The name has no address.</summary>
    Dns,

    /// <summary>No TCP connection: refused, unreachable.</summary>
    Unreachable,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>The connection was closed or reset.</summary>
    Closed,

    /// <summary>What came is no SMTP reply.</summary>
    Garbage,

    /// <summary>The TLS handshake failed.</summary>
    Tls,

    /// <summary>The certificate is not trusted or not the host's: interception, or a wrong name.</summary>
    Certificate,

    /// <summary>The next hop does not offer STARTTLS and we never go on without.</summary>
    NoStartTls,

    /// <summary>No AUTH mechanism in common.</summary>
    NoMechanism,

    /// <summary>The octets of the message could not be read from our own store: our fault, not the next hop's.</summary>
    ContentUnreadable,
}

/// <summary>A failure at a stage: the reply verbatim, or what broke, and a sentence for people.</summary>
/// <param name="Reply">The next hop's reply, null where there was none.</param>
/// <param name="Detail">What happened in one line, without a secret: used where there is no reply.</param>
public sealed record UpstreamFailure(Stage Stage, Reply? Reply, Breakage Breakage, string Detail)
{
    /// <summary>The reply verbatim, or the detail.</summary>
    public string Words => Reply?.ToString() ?? Detail;
}
