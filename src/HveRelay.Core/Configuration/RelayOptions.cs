namespace HveRelay.Configuration;

// Every key of hverelay.json, with its default, unit and range where it stands. A test compares these classes with
// config/hverelay.json and config/hverelay.schema.json. A property whose name ends in File and that has a twin without the
// ending is the same secret read from a file.

/// <summary>The whole configuration.</summary>
public sealed class RelayOptions
{
    /// <summary>The name in the greeting, in EHLO and in Received; the machine's own name where it is empty.</summary>
    [NeedsRestart]
    public string HostName { get; set; } = string.Empty;

    /// <summary>Queue, logs and the self-signed certificate live here. Created where it is missing.</summary>
    [PathValue]
    [NeedsRestart]
    public string DataDirectory { get; set; } = "data";

    /// <summary>At least one.</summary>
    public List<ListenerOptions> Listeners { get; set; } = [];

    /// <summary>Absent: self-signed, made at the first start and kept.</summary>
    public CertificateOptions? Certificate { get; set; }

    /// <summary>First match decides, no match is refused; an absent list allows any client.</summary>
    public List<ClientOptions>? Clients { get; set; }

    /// <summary>Who may log in.</summary>
    public List<UserOptions> Users { get; set; } = [];

    public HveOptions Hve { get; set; } = new();

    public List<SmarthostOptions> Smarthosts { get; set; } = [];

    /// <summary>For recipients outside <see cref="HveOptions.AcceptedDomains"/>; first match decides.</summary>
    public List<RouteOptions> Routes { get; set; } = [];

    public QueueOptions Queue { get; set; } = new();

    public RewriteOptions Rewrite { get; set; } = new();

    /// <summary>Who is told when nobody else can be; empty: nobody, and the log says so.</summary>
    [AddressValue]
    public string Postmaster { get; set; } = string.Empty;

    /// <summary>Of notices and of what the verbs explain: en or ja. Replies, log and JSON are in English.</summary>
    [OneOf("en", "ja")]
    public string Language { get; set; } = "en";

    public PickupOptions Pickup { get; set; } = new();

    [NeedsRestart]
    public WebOptions Web { get; set; } = new();
}

/// <summary>A place where clients connect.</summary>
public sealed class ListenerOptions
{
    /// <summary>Its name in log and metrics, unique.</summary>
    [NeedsRestart]
    public string Name { get; set; } = string.Empty;

    /// <summary>The address to listen on: 0.0.0.0 and :: are all.</summary>
    [IpAddressValue]
    [NeedsRestart]
    public string Address { get; set; } = "0.0.0.0";

    [Within(1, 65535)]
    [NeedsRestart]
    public int Port { get; set; } = 25;

    [NeedsRestart]
    public ListenerTls Tls { get; set; } = ListenerTls.StartTls;

    /// <summary>1.0, 1.1, 1.2 or 1.3. Below 1.2 for devices that know nothing newer.</summary>
    [OneOf("1.0", "1.1", "1.2", "1.3")]
    public string MinimumTls { get; set; } = "1.2";

    /// <summary>Networks whose PROXY header (v1 or v2) is believed; from others there is none.</summary>
    [NetworkValue]
    [NeedsRestart]
    public List<string> TrustedProxies { get; set; } = [];

    /// <summary>Connections at once; one more is answered 421.</summary>
    [Within(1, 100_000)]
    public int MaxConnections { get; set; } = 1000;

    /// <summary>Connections at once from one address.</summary>
    [Within(1, 100_000)]
    public int MaxConnectionsPerClient { get; set; } = 50;
}

public enum ListenerTls
{
    None,
    StartTls,
    RequireStartTls,
    Implicit,
}

/// <summary>A certificate as PEM (with its key there or in <see cref="KeyFile"/>) or as PFX.</summary>
public sealed class CertificateOptions
{
    [PathValue]
    public string? File { get; set; }

    [PathValue]
    public string? KeyFile { get; set; }

    /// <summary>A file with the password of the key or the PFX.</summary>
    [PathValue]
    public string? PasswordFile { get; set; }
}

/// <summary>Who may send, what, and as whom.</summary>
public sealed class ClientOptions
{
    /// <summary>Its name in log, metrics and queue, unique.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>IPv4 and IPv6 networks or addresses; empty: from anywhere, then with one of <see cref="Users"/>.</summary>
    [NetworkValue]
    public List<string> Networks { get; set; } = [];

    /// <summary>Names from <see cref="RelayOptions.Users"/>; where there are some, one must have logged in.</summary>
    public List<string> Users { get; set; } = [];

    public bool RequireTls { get; set; }

    /// <summary>Patterns of MAIL FROM with *; empty: any.</summary>
    public List<string> Senders { get; set; } = [];

    /// <summary>Patterns of RCPT TO with *; empty: any that the domains and routes allow.</summary>
    public List<string> Recipients { get; set; } = [];

    /// <summary>The HVE account that sends; empty: spread over all.</summary>
    [AddressValue]
    public string Account { get; set; } = string.Empty;

    public Mail.Priority Priority { get; set; } = Mail.Priority.Normal;

    /// <summary>0 is no limit.</summary>
    [Within(0, 1_000_000)]
    public int MessagesPerMinute { get; set; }

    /// <summary>Octets; 0: as <see cref="HveOptions.MaxMessageBytes"/>.</summary>
    [Within(0, 2_147_483_647)]
    public long MaxMessageBytes { get; set; }

    /// <summary>Recipients of one message.</summary>
    [Within(1, 100_000)]
    public int MaxRecipients { get; set; } = 1000;

    public BareNewline BareNewline { get; set; } = BareNewline.Normalize;

    public LongLines LongLines { get; set; } = LongLines.Pass;

    /// <summary>The name that people see beside the account; empty: the author's own, or his address.</summary>
    public string DisplayName { get; set; } = string.Empty;

    /// <summary>Who gets the answers; empty: who the message says, or its author.</summary>
    [AddressValue]
    public string ReplyTo { get; set; } = string.Empty;

    /// <summary>The character set of text above 127 that names none; empty: a guess by the text.</summary>
    public string Charset { get; set; } = string.Empty;

    /// <summary>Told of failures when the sender is not internal.</summary>
    [AddressValue]
    public List<string> NotifyOnFailure { get; set; } = [];
}

public enum BareNewline
{
    /// <summary>A bare CR or LF becomes CRLF.</summary>
    Normalize,

    /// <summary>A bare CR or LF is answered 550 5.6.11.</summary>
    Reject,

    /// <summary>For a device that knows no CR: LF . LF ends the message, and then the session.</summary>
    LfOnly,
}

/// <summary>Lines over 998 octets, which RFC 5322 forbids and a next hop may refuse.</summary>
public enum LongLines
{
    /// <summary>They go on as they are.</summary>
    Pass,

    /// <summary>The message is answered 554 5.6.0.</summary>
    Refuse,

    /// <summary>Parts with such lines become quoted-printable, signed ones excepted.</summary>
    Reencode,
}

/// <summary>A login for devices and applications.</summary>
public sealed class UserOptions
{
    public string Name { get; set; } = string.Empty;

    /// <summary>From <c>hverelay user hash</c>.</summary>
    [Secret]
    public string PasswordHash { get; set; } = string.Empty;

    [PathValue]
    public string? PasswordHashFile { get; set; }
}

/// <summary>Microsoft 365 High Volume Email.</summary>
public sealed class HveOptions
{
    public string Host { get; set; } = "smtp.hve.mx.microsoft";

    [Within(1, 65535)]
    public int Port { get; set; } = 587;

    public UpstreamSecurity Security { get; set; } = UpstreamSecurity.StartTls;

    /// <summary>The domains of the tenant; HVE takes no others.</summary>
    public List<string> AcceptedDomains { get; set; } = [];

    [Within(1, 1000)]
    public int MaxRecipientsPerMessage { get; set; } = 50;

    /// <summary>Octets of a message as it leaves: 4 KiB are kept for header fields that the relay adds.</summary>
    [Within(1024, 2_147_483_647)]
    public long MaxMessageBytes { get; set; } = 10_485_760;

    /// <summary>Recipients of the tenant in any 24 hours; 0 is no limit.</summary>
    [Within(0, 1_000_000_000)]
    public long RecipientsPerDay { get; set; } = 100_000;

    /// <summary>Connections at once, of each account.</summary>
    [Within(1, 100)]
    public int MaxConnections { get; set; } = 4;

    /// <summary>A PEM file of a certificate or authority to trust beside the system's.</summary>
    [PathValue]
    public string? TrustedCertificate { get; set; }

    public List<AccountOptions> Accounts { get; set; } = [];

    /// <summary>The smarthost that takes messages over <see cref="MaxMessageBytes"/>; empty: they are refused.</summary>
    public string OversizeVia { get; set; } = string.Empty;

    /// <summary>What other mail leaves of the daily limit to urgent mail: recipients, or a percentage such as 5%; 0 is nothing.</summary>
    public string UrgentReserve { get; set; } = "0";

    /// <summary>For the estimate of the cost: Microsoft bills each member.</summary>
    public List<DistributionListOptions> DistributionLists { get; set; } = [];

    /// <summary>What replies of HVE mean, before the built-in table.</summary>
    public List<ReplyOptions> Replies { get; set; } = [];
}

public enum UpstreamSecurity
{
    StartTls,
    Implicit,
    None,
}

/// <summary>An HVE account.</summary>
public sealed class AccountOptions
{
    [AddressValue]
    public string Address { get; set; } = string.Empty;

    [Secret]
    public string? Password { get; set; }

    [PathValue]
    public string? PasswordFile { get; set; }

    /// <summary>The account's own, lower limit in any 24 hours; 0 is none.</summary>
    [Within(0, 1_000_000_000)]
    public long RecipientsPerDay { get; set; }

    /// <summary>While it is faulty or its quota used up, the other accounts send its clients' mail too, which then comes from them.</summary>
    public bool TakeOver { get; set; }

    public OAuthOptions? OAuth { get; set; }
}

/// <summary>OAuth 2.0 client credentials, with a secret or a certificate.</summary>
public sealed class OAuthOptions
{
    public string TenantId { get; set; } = string.Empty;

    public string ClientId { get; set; } = string.Empty;

    [Secret]
    public string? ClientSecret { get; set; }

    [PathValue]
    public string? ClientSecretFile { get; set; }

    /// <summary>As PEM (with its key there or in <see cref="CertificateKeyFile"/>) or as PFX; read again when it changes.</summary>
    [PathValue]
    public string? CertificateFile { get; set; }

    [PathValue]
    public string? CertificateKeyFile { get; set; }

    /// <summary>A file with the password of the key or the PFX.</summary>
    [PathValue]
    public string? CertificatePasswordFile { get; set; }

    /// <summary>A host alone is completed by the tenant. Absent: https://login.microsoftonline.com/ and the tenant.</summary>
    public string? Authority { get; set; }

    /// <summary>Absent: https://outlook.office.com/.default.</summary>
    public string? Scope { get; set; }

    /// <summary>The three keys of the certificate in one; null where there is none.</summary>
    public CertificateOptions? ClientCertificate() => string.IsNullOrEmpty(CertificateFile)
        ? null
        : new CertificateOptions { File = CertificateFile, KeyFile = CertificateKeyFile, PasswordFile = CertificatePasswordFile };
}

public sealed class QueueOptions
{
    [NeedsRestart]
    public QueueStoreKind Store { get; set; } = QueueStoreKind.Sqlite;

    /// <summary>For Postgres, as Npgsql takes it.</summary>
    [Secret]
    [NeedsRestart]
    public string ConnectionString { get; set; } = string.Empty;

    [PathValue]
    [NeedsRestart]
    public string? ConnectionStringFile { get; set; }

    /// <summary>The waits between attempts; the last one repeats.</summary>
    public List<TimeSpan> RetrySchedule { get; set; } = [];

    /// <summary>How long a message is tried.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(2);

    /// <summary>When the sender is told that it takes longer; zero: never.</summary>
    public TimeSpan DelayWarningAfter { get; set; } = TimeSpan.FromHours(4);

    /// <summary>What becomes of mail whose transaction broke between the final dot and the reply.</summary>
    public WhenUnsure WhenUnsure { get; set; } = WhenUnsure.RetryOnce;

    /// <summary>With less free space new mail is answered 452.</summary>
    [Within(0, long.MaxValue)]
    [NeedsRestart]
    public long MinimumFreeBytes { get; set; } = 536_870_912;

    /// <summary>How long envelopes, attempts and sessions stay after the end.</summary>
    public TimeSpan KeepHistory { get; set; } = TimeSpan.FromDays(30);

    /// <summary>What an empty <see cref="RetrySchedule"/> means.</summary>
    public static IReadOnlyList<TimeSpan> DefaultRetrySchedule { get; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)];
}

public enum WhenUnsure
{
    /// <summary>It goes once more, after a wait; unsure again, it is held.</summary>
    RetryOnce,

    /// <summary>It is held at once: an operator asks the recipient, and releases or removes it.</summary>
    Hold,
}

public enum QueueStoreKind
{
    Sqlite,
    Postgres,
}

public sealed class RewriteOptions
{
    public RewriteFrom From { get; set; } = RewriteFrom.Account;
}

public enum RewriteFrom
{
    /// <summary>From becomes the account: HVE takes nothing else.</summary>
    Account,

    /// <summary>From and MAIL FROM stay: for next hops that allow it, which High Volume Email does not.</summary>
    Keep,
}

public sealed class PickupOptions
{
    /// <summary>Empty: no pickup.</summary>
    [PathValue]
    public string Directory { get; set; } = string.Empty;

    /// <summary>The entry of <see cref="RelayOptions.Clients"/> whose rules hold for the files; empty: any sender, any recipient that the domains and routes allow.</summary>
    public string Client { get; set; } = string.Empty;
}

public sealed class WebOptions
{
    [IpAddressValue]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0: no web at all.</summary>
    [Within(0, 65535)]
    public int Port { get; set; } = 8025;

    /// <summary>Names from <see cref="RelayOptions.Users"/>.</summary>
    public List<string> Users { get; set; } = [];
}
