using System.Net.Security;
using HveRelay.Smtp.Client.Sasl;
using HveRelay.Smtp.Client.Tls;

namespace HveRelay.Smtp.Client;

public enum SmtpSecurity
{
    /// <summary>STARTTLS, never without.</summary>
    StartTls,

    /// <summary>TLS from the first octet.</summary>
    Implicit,

    /// <summary>No TLS, and therefore no AUTH.</summary>
    None,
}

/// <summary>Who we connect to, as whom, and how.</summary>
/// <param name="Host">The name that the certificate must carry.</param>
/// <param name="HelloName">A host name or an address literal (RFC 5321 section 4.1.3).</param>
/// <param name="Mechanisms">In order of preference; the first that is offered is used. Empty: no AUTH.</param>
public sealed record SmtpConnectionOptions(
    string Host,
    string HelloName,
    SmtpSecurity Security,
    IReadOnlyList<SaslMechanism> Mechanisms)
{
    public ServerTrust Trust { get; init; } = ServerTrust.System;

    /// <summary>Shown to a server that asks for one.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = new();

    public ReplyLimits Limits { get; init; } = ReplyLimits.Default;
}
