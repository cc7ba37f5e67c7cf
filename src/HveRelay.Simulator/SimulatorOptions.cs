using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Simulator;

/// <summary>How the simulator guards its port. HVE itself knows only <see cref="StartTls"/>.</summary>
public enum SimulatorSecurity
{
    StartTls,

    /// <summary>No TLS; AUTH is offered in the clear. For laboratories and benchmarks.</summary>
    None,

    /// <summary>TLS from the first octet.</summary>
    Implicit,
}

/// <summary>A user that may log in.</summary>
/// <param name="Address">The address, which is the name for AUTH, the only MAIL FROM and the only header From.</param>
/// <param name="Password">For AUTH LOGIN and PLAIN; null refuses both.</param>
public sealed record SimulatedAccount(string Address, string? Password = null)
{
    /// <summary>False: an ordinary user of the tenant, refused with <c>550 5.2.240</c> once it has logged in.</summary>
    public bool IsHveAccount { get; init; } = true;

    /// <summary>Accepted for AUTH XOAUTH2.</summary>
    public IReadOnlyList<BearerToken> Tokens { get; init; } = [];
}

/// <summary>An access token for AUTH XOAUTH2.</summary>
/// <param name="ExpiresAt">Null: never. Past: <c>535 5.7.142</c>; nearer than the margin of the options: <c>501 5.5.127</c>.</param>
public sealed record BearerToken(string Value, DateTimeOffset? ExpiresAt = null);

/// <summary>What the simulator is and knows. The defaults are what is known, or assumed, of HVE.</summary>
public sealed record SimulatorOptions
{
    public static IReadOnlyList<string> DefaultKeywords { get; } =
        ["SIZE", "PIPELINING", "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH LOGIN PLAIN XOAUTH2", "8BITMIME"];

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0: chosen at run time.</summary>
    public int Port { get; init; }

    /// <summary>In the greeting and the replies.</summary>
    public string HostName { get; init; } = "smtp.hve.mx.microsoft";

    /// <summary>Where the certificate is kept over starts: <c>simulator.pem</c>, and <c>simulator.pfx</c> with the key. Null: a new one each time.</summary>
    public string? CertificateDirectory { get; init; }

    public SimulatorSecurity Security { get; init; } = SimulatorSecurity.StartTls;

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    public IReadOnlyList<SimulatedAccount> Accounts { get; init; } = [];

    /// <summary>False: MAIL is accepted without AUTH, and its reverse-path counts as the account.</summary>
    public bool RequireAuthentication { get; init; } = true;

    /// <summary>Domains of the tenant; recipients elsewhere are external. Empty: the domains of the accounts.</summary>
    public IReadOnlyList<string> AcceptedDomains { get; init; } = [];

    /// <summary>
    /// True: an ordinary mail server, which takes any sender and any domain. HVE's rules of senders and recipients do not hold then.
    /// </summary>
    public bool IsSmarthost { get; init; }

    /// <summary>Clients must show this certificate in the handshake, as at a connector that knows them by it; null: none is asked for.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>
    /// EHLO keywords, with their parameters; SIZE gets the limit. What is not offered is not understood. Also known, and off by
    /// default since nobody has written down whether HVE has them: DSN and CHUNKING.
    /// </summary>
    public IReadOnlyList<string> Keywords { get; init; } = DefaultKeywords;

    /// <summary>Above it <c>452 4.5.3</c>; 0 is no limit.</summary>
    public int MaxRecipientsPerMessage { get; init; } = 50;

    /// <summary>Octets, headers and line ends included; above it <c>552 5.3.4</c>; 0 is no limit.</summary>
    public long MaxMessageBytes { get; init; } = 10_485_760;

    /// <summary>Recipients accepted in any 24 hours; above it <c>554 5.2.0 … SubmissionQuotaExceeded</c>; 0 is no limit.</summary>
    public int RecipientsPerDay { get; init; } = 100_000;

    /// <summary>Connections that may submit at the same time; those beyond it hear <c>432 4.3.2</c> after their content; 0 is no limit.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Refused with <c>550 5.1.10</c>: addresses, in which <c>*</c> stands for anything.</summary>
    public IReadOnlyList<string> UnknownRecipients { get; init; } = [];

    /// <summary>A token that expires sooner is refused. 8 minutes were seen to be refused, 20 to work.</summary>
    public TimeSpan TokenMargin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>False: of each body only length and SHA-256 are kept. The header block is always kept.</summary>
    public bool KeepContent { get; init; } = true;

    /// <summary>Messages remembered, the newest; all are counted. 0: none.</summary>
    public int RecordLimit { get; init; } = 100_000;

    /// <summary>Lines remembered of each connection's dialogue, the newest. 0: none.</summary>
    public int TranscriptLimit { get; init; } = 1_000;

    /// <summary>Gets one line for each event, never two at a time. Null: nobody listens.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Gets each message as it is recorded, before its reply; from several connections at a time. Null: nobody wants it.</summary>
    public Action<RecordedMessage>? Received { get; init; }
}
