namespace HveRelay.Configuration;

/// <summary>Another next hop, for recipients and messages that HVE does not take.</summary>
public sealed class SmarthostOptions
{
    /// <summary>Its name in routes, log, metrics and <c>accounts</c>, unique.</summary>
    public string Name { get; set; } = string.Empty;

    public string Host { get; set; } = string.Empty;

    [Within(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>StartTls never goes on without TLS.</summary>
    public UpstreamSecurity Security { get; set; } = UpstreamSecurity.StartTls;

    /// <summary>For AUTH, with a password or OAuth; absent: no AUTH, the smarthost knows us by address or certificate.</summary>
    public string? UserName { get; set; }

    [Secret]
    public string? Password { get; set; }

    [PathValue]
    public string? PasswordFile { get; set; }

    /// <summary>Instead of a password; its Scope is https://outlook.office365.com/.default where it has none.</summary>
    public OAuthOptions? OAuth { get; set; }

    /// <summary>Shown in the TLS handshake, for a connector that knows us by it.</summary>
    public CertificateOptions? ClientCertificate { get; set; }

    /// <summary>A PEM file of a certificate or authority to trust beside the system's.</summary>
    [PathValue]
    public string? TrustedCertificate { get; set; }

    /// <summary>Account: From and MAIL FROM become <see cref="Address"/>. Keep: both stay as the client sent them.</summary>
    public RewriteFrom Rewrite { get; set; } = RewriteFrom.Account;

    /// <summary>The address that mail bears with Rewrite Account; empty: UserName where that is an address, else the first HVE account.</summary>
    [AddressValue]
    public string Address { get; set; } = string.Empty;

    [Within(1, 100)]
    public int MaxConnections { get; set; } = 3;

    /// <summary>In any minute, of each node; 0 is no limit.</summary>
    [Within(0, 1_000_000)]
    public int MessagesPerMinute { get; set; } = 30;

    /// <summary>In any 24 hours; 0 is no limit.</summary>
    [Within(0, 1_000_000_000)]
    public long RecipientsPerDay { get; set; } = 10_000;

    [Within(1, 1000)]
    public int MaxRecipientsPerMessage { get; set; } = 100;

    /// <summary>Octets of a message as it leaves: 4 KiB are kept for header fields that the relay adds.</summary>
    [Within(1024, 2_147_483_647)]
    public long MaxMessageBytes { get; set; } = 36_700_160;

    /// <summary>Days over which what may be sent a day grows to <see cref="RecipientsPerDay"/>; 0 is none.</summary>
    [Within(0, 365)]
    public int WarmUpDays { get; set; }

    /// <summary>What its replies mean, before the built-in table.</summary>
    public List<ReplyOptions> Replies { get; set; } = [];
}

/// <summary>Where recipients outside the accepted domains go.</summary>
public sealed class RouteOptions
{
    /// <summary>Patterns with *.</summary>
    public List<string> Recipients { get; set; } = ["*"];

    /// <summary>Refuse, or a smarthost's name.</summary>
    public string Via { get; set; } = "Refuse";
}
