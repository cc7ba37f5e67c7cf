using System.Net.Security;

namespace HveRelay.Smtp.Server;

/// <summary>What the sessions of a listener have in common. Times after RFC 5321 section 4.5.3.2.7.</summary>
public sealed record SmtpSessionOptions
{
    /// <summary>Our name in replies.</summary>
    public required string HostName { get; init; }

    public TlsPolicy Tls { get; init; } = TlsPolicy.None;

    /// <summary>Made anew for each handshake, so that a new certificate is used by the next; null without TLS.</summary>
    public Func<SslServerAuthenticationOptions>? TlsOptions { get; init; }

    /// <summary>For the next command.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the next octets of a message.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For a TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For a client to take a reply.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Octets of a command line with its CRLF; RFC 4954 wants 12,288 for AUTH.</summary>
    public int MaxCommandLine { get; init; } = 12_288;

    /// <summary>Refused commands since the last message before the session is closed with 421.</summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>Commands since the last message, accepted recipients not counted, before the session is closed with 421.</summary>
    public int MaxIdleCommands { get; init; } = 5_000;
}

public enum TlsPolicy
{
    /// <summary>STARTTLS is not offered.</summary>
    None,

    /// <summary>STARTTLS is offered.</summary>
    Optional,

    /// <summary>STARTTLS is offered, and MAIL and AUTH need it: 530 5.7.0.</summary>
    Required,

    /// <summary>TLS from the first octet.</summary>
    Implicit,
}
