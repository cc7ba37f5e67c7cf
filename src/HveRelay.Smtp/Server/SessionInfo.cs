using System.Net;

namespace HveRelay.Smtp.Server;

/// <summary>What is known of a client while its session lasts.</summary>
public sealed class SessionInfo(IPAddress address, int port, string listener)
{
    /// <summary>The client's address; an IPv4-mapped IPv6 address is shown as IPv4.</summary>
    public IPAddress Address { get; } = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    public int Port { get; } = port;

    /// <summary>The name of the listener it connected to.</summary>
    public string Listener { get; } = listener;

    /// <summary>The argument of EHLO or HELO with control characters replaced; empty before.</summary>
    public string HelloName { get; internal set; } = string.Empty;

    /// <summary>It said EHLO.</summary>
    public bool IsExtended { get; internal set; }

    public TlsInfo? Tls { get; internal set; }

    /// <summary>The user that logged in, or null.</summary>
    public string? User { get; internal set; }

    /// <summary>How it strays from the RFCs.</summary>
    public Quirks Quirks { get; internal set; }

    /// <summary>The <c>with</c> word of Received (RFC 3848).</summary>
    public string Protocol => !IsExtended && Tls is null && User is null
        ? "SMTP"
        : "ESMTP" + (Tls is null ? string.Empty : "S") + (User is null ? string.Empty : "A");
}

/// <param name="Version">For example TLSv1.3.</param>
/// <param name="CipherSuite">The IANA name.</param>
public sealed record TlsInfo(string Version, string CipherSuite)
{
    public override string ToString() => $"{Version} {CipherSuite}";
}

/// <summary>Dialects that are understood all the same.</summary>
[Flags]
public enum Quirks
{
    None = 0,

    /// <summary>MAIL FROM: &lt;a@b&gt;.</summary>
    SpaceAfterColon = 1 << 0,

    /// <summary>MAIL FROM:a@b.</summary>
    NoBrackets = 1 << 1,

    /// <summary>A command ended in LF alone.</summary>
    BareNewlineCommand = 1 << 2,

    /// <summary>The content had a CR or LF alone.</summary>
    BareNewlineContent = 1 << 3,

    /// <summary>EHLO or HELO without a name, or with one that no host can have.</summary>
    OddHelloName = 1 << 4,

    /// <summary>&lt;@a,@b:c@d&gt;.</summary>
    SourceRoute = 1 << 5,

    /// <summary>An address without a domain.</summary>
    NoDomain = 1 << 6,

    /// <summary>8-bit content without BODY=8BITMIME.</summary>
    UndeclaredEightBit = 1 << 7,

    /// <summary>MAIL before any EHLO or HELO.</summary>
    NoHello = 1 << 8,
}
