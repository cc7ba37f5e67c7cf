namespace HveRelay.Smtp;

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

    /// <summary>What came is no SMTP reply, or none that can stand here.</summary>
    Garbage,

    /// <summary>The TLS handshake failed.</summary>
    Tls,

    /// <summary>The certificate is not trusted or not the host's: interception, or a wrong name.</summary>
    Certificate,

    /// <summary>The server does not offer STARTTLS, and we never go on without.</summary>
    NoStartTls,

    /// <summary>No AUTH mechanism in common.</summary>
    NoMechanism,

    /// <summary>The octets of the message could not be read: our own fault, not the server's.</summary>
    ContentUnreadable,

    /// <summary>Who issues access tokens could not be asked, or has trouble of its own.</summary>
    TokenUnavailable,

    /// <summary>It was asked, and gives no token: <see cref="SmtpFailure.Detail"/> holds its words.</summary>
    TokenRefused,

    /// <summary>The secret or certificate to ask it with cannot be used: our own fault, not the server's.</summary>
    CredentialUnusable,
}
