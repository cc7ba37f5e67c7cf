using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>What operators meet. docs/operating.md has the same table, row for row.</summary>
internal static class IncidentTable
{
    private const string NoLicence = "Tenant administrator: remove the licence or recreate the account";
    private const string FromTheAccount = "Administrator: Rewrite.From must be Account";
    private const string ByItself = "nobody: the relay tries again by itself";

    public static readonly Incident[] Rows =
    [
        // This machine
        new("another program has port 25", "ports", "is in use by another program", "Administrator: find the other program") { IsPortTaken = true },
        new("the data directory cannot be used", "files", "is a file, not a directory", "Administrator: DataDirectory") { Change = (options, files) => options.DataDirectory = files.Write("data", "") },
        new("the disk is full", "disk", "The disk is below its reserve", "Administrator: make room") { Change = (options, _) => options.Queue.MinimumFreeBytes = long.MaxValue },
        new("the clock is wrong", "clock", "The clock of this machine is wrong", "Administrator: set it by NTP") { HveAhead = TimeSpan.FromHours(3) },
        new("the relay's certificate has expired", "certificate", "expired on ", "Administrator: put a good one into that file") { Change = ExpiredCertificate },
        new("the old host name of HVE", "configuration", "smtp-hve.office365.com will be switched off by Microsoft", "write smtp.hve.mx.microsoft") { Change = OldHost },

        // The way
        new("DNS does not know HVE", "dns", "The name of the next hop has no address", "Administrator: DNS, and Hve.Host") { Resolve = Incident.NoSuchHost },
        new("a firewall blocks port 587", "tcp", "The next hop cannot be reached", "Network: is TCP to its port allowed from here?") { Change = (options, _) => options.Hve.Port = FreePort.Next() },
        new("a firewall takes STARTTLS out", "starttls", "The next hop does not offer STARTTLS", "Network: does a firewall take it out?") { Fault = "no-starttls" },
        new("TLS is intercepted", "starttls", "The certificate of the next hop is not trusted", "Network: is TLS intercepted?") { Fault = "stranger-certificate" },
        new("the TLS handshake fails", "starttls", "The TLS handshake failed", "Network: is TLS intercepted?") { Fault = "tls-refused" },
        new("421 4.7.66: TLS is too old", "starttls", "HVE refuses TLS 1.0 and 1.1", "Administrator: let this machine use TLS 1.2") { Fault = "starttls=421 4.7.66 TLS 1.0 and 1.1 are not supported" },

        // The account
        new("535 5.7.3", "login", "HVE does not accept the password", "Administrator: correct the password") { Fault = "bad-password" },
        new("535 5.7.139", "login", "The organization does not allow this authentication", "Tenant administrator: AllowBasicAuthSmtp") { Fault = "basic-auth-blocked" },
        new("535 5.7.139 SmtpClientAuthentication is disabled", "login", "The host is SMTP client submission, not High Volume Email", "Administrator: correct Hve.Host") { Fault = "wrong-host" },
        new("550 5.2.240", "login", "This identity is no HVE account", "Administrator: use an HVE account") { Fault = "not-hve" },
        new("501 5.5.121", "login", "HVE did not understand the XOAUTH2 argument, or the user is not valid", "Administrator: correct the account's address") { Fault = "auth=501 5.5.121 Bad argument" },
        new("535 5.7.144", "login", "The application lacks the permission", "Tenant administrator: Mail.Send") { Fault = "no-permission" },
        new("550 5.7.240", "login", "The application may not use this HVE account", "Tenant administrator: Add-HVEAppAccess") { Fault = "app-not-allowed" },
        new("the secret for OAuth has expired", "login", "The application's client secret has expired", "Tenant administrator: ") { TokenError = "AADSTS7000222: The provided client secret keys are expired." },
        new("530 5.7.57 … AUTH2003", "sender", "The account is no HVE account any more: a licence was assigned to it", NoLicence) { Fault = "licence-assigned" },
        new("550 5.7.62", "sender", "MAIL FROM is not the account", FromTheAccount) { Fault = "mail=550 5.7.62 Not the account" },
        new("HVE is not paid for", "sender", "High Volume Email is not paid for", "Tenant administrator: the billing policy") { Fault = "billing" },
        new("550 5.7.705", "sender", "The tenant is blocked from sending", "Tenant administrator: Microsoft support") { Fault = "mail=550 5.7.705 Access denied" },
        new("451 4.7.0", "sender", "A temporary fault at HVE", "Tenant administrator: if it stays, look at the account") { Fault = "temporary" },
        new("550 5.7.606", "sender", "The relay's public address is banned", "Administrator: ask for removal at sender.office.com") { Fault = "banned-ip" },
        new("550 5.7.1 … Spamhaus", "sender", "The relay's public address is on a Spamhaus list", "Administrator: ask for removal at spamhaus.org") { Fault = "spamhaus" },

        // What HVE says to mail alone
        new("550 5.1.8", "accounts", "The account is blocked for sending spam", "Tenant administrator: Microsoft Defender") { Fault = "blocked", Sends = 1 },
        new("550 5.7.60", "accounts", "The account may not send as this sender", FromTheAccount) { Fault = "sender-rewritten", Sends = 1 },
        new("550 5.6.241", "accounts", "The From field is not the account", FromTheAccount) { Fault = "dot=550 5.6.241 The From field is not the account", Sends = 1 },
        new("432 4.3.2", "accounts", "Too many connections or threads at HVE", "Administrator: a lower Hve.MaxConnections") { Fault = "throttled", Sends = 1 },
        new("451 4.7.500", "accounts", "HVE is busy or slows this sender down", ByItself) { Fault = "busy", Sends = 1 },
        new("554 5.2.0 SubmissionQuotaExceeded", "accounts", "The daily quota of recipients is used up", ByItself) { Fault = "quota", Sends = 1 },
        new("the relay's own daily limit is reached", "accounts", "The tenant's daily limit of recipients is reached", ByItself) { Change = (options, _) => options.Hve.RecipientsPerDay = 1, Sends = 2 },

        // One recipient, one message
        new("550 5.1.10", Incident.QueueShow, "The recipient is unknown", "Sender: correct the address") { Fault = "unknown-recipient", Sends = 1 },
        new("550 5.5.105", Incident.QueueShow, "HVE does not send to external recipients", "Administrator: take the domain out of Hve.AcceptedDomains") { Fault = "external", Sends = 1 },
        new("550 5.7.124", Incident.QueueShow, "The account may not send to this distribution list", "Tenant administrator: allow the account as sender") { Fault = "restricted", Sends = 1 },
        new("552 5.3.4", Incident.QueueShow, "The message is too large", "Sender: a smaller message") { Fault = "too-large", Sends = 1 },
        new("450 … 5.2.121", Incident.QueueShow, "The recipient takes no more mail this hour", "") { Fault = "recipient-limit", Sends = 1 },
    ];

    private static void OldHost(RelayOptions options, TemporaryDirectory files) => options.Hve.Host = "smtp-hve.office365.com";

    private static void ExpiredCertificate(RelayOptions options, TemporaryDirectory files)
    {
        using var authority = new SelfMadeAuthority("Contoso");
        using var expired = authority.Issue("relay.contoso.com", fromDay: -60, toDay: -1);
        options.Certificate = new CertificateOptions
        {
            File = files.Write("relay.pem", expired.ExportCertificatePem() + "\n" + expired.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
    }
}
