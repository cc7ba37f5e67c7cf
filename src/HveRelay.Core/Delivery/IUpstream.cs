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

    public sealed record Failed(SmtpFailure Failure) : ConnectResult;

    /// <summary>The configuration has no such account or smarthost any more: whoever asks is about to hear of it.</summary>
    public sealed record Gone : ConnectResult;
}

/// <summary>An authenticated connection, one transaction at a time. Disposing says QUIT, and whatever comes of that changes nothing.</summary>
public interface IUpstreamConnection : IAsyncDisposable
{
    /// <summary>False once it broke, was told 421, or must not be used again, since its token ends.</summary>
    bool IsUsable { get; }

    /// <summary>One mail transaction, with a result for every recipient in the order they were given.</summary>
    Task<IReadOnlyList<RecipientResult>> SendAsync(MailTransaction message, CancellationToken cancel);
}
