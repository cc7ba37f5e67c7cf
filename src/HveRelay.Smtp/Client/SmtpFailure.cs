namespace HveRelay.Smtp.Client;

/// <summary>Where in the dialogue something happened, in its order.</summary>
public enum SmtpStage
{
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

/// <summary>Why there was no reply to go by, where there was none.</summary>
public enum SmtpBreakage
{
    /// <summary>There was a reply.</summary>
    None,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>The connection was closed or reset.</summary>
    Closed,

    /// <summary>What came is no SMTP reply, or none that can stand here.</summary>
    Garbage,

    /// <summary>The TLS handshake failed, but not for the certificate.</summary>
    Tls,

    /// <summary>The certificate is not trusted or not the host's.</summary>
    Certificate,

    /// <summary>STARTTLS is required and not offered.</summary>
    NoStartTls,

    /// <summary>No AUTH mechanism in common, or none that may be used here.</summary>
    NoMechanism,

    /// <summary>The caller's own content could not be read: no fault of the server.</summary>
    ContentUnreadable,
}

/// <summary>A failure at a stage: the reply, or what broke, and a sentence for people that holds no secret.</summary>
/// <param name="Reply">A 4yz or 5yz reply, null where something broke instead.</param>
public sealed record SmtpFailure(SmtpStage Stage, Reply? Reply, SmtpBreakage Breakage, string Detail)
{
    public override string ToString() => $"{Stage}: {Reply?.ToString() ?? Detail}";
}
