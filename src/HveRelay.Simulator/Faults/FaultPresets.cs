namespace HveRelay.Simulator;

/// <summary>A fault that operators meet, by name.</summary>
public sealed record FaultPreset(string Name, Fault Fault, string Meaning);

/// <summary>
/// The faults operators meet. Codes are those that Microsoft or the field reports for HVE and its neighbours; the words are
/// theirs where they are known. Where nobody has written down what HVE says, the meaning ends in "(words unknown)".
/// </summary>
public static class FaultPresets
{
    internal static readonly FaultPreset[] Table =
    [
        // --- the account or the tenant is at fault
        Row("bad-password", FaultStage.Auth, "535 5.7.3 Authentication unsuccessful", "wrong password, Security Defaults or Conditional Access"),
        Row("basic-auth-blocked", FaultStage.Auth, "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this authentication request.", "an authentication policy without AllowBasicAuthSmtp"),
        Row("licence-assigned", FaultStage.Mail, "530 5.7.57 Client not authenticated to send mail. Error: 451 4.7.0 Temporary server error. Please try again later. AUTH2003", "a licence has turned the account into a mailbox"),
        Row("not-hve", FaultStage.Auth, "550 5.2.240 The identity is not an HVE account", "the user is an ordinary one (words unknown)"),
        Row("wrong-host", FaultStage.Auth, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "the host is client submission, not HVE"),
        Row("blocked", FaultStage.Dot, "550 5.1.8 Access denied, bad outbound sender", "the account is blocked for what it sent"),
        Row("billing", FaultStage.Mail, "550 5.7.0 Billing is not set up for High Volume Email", "no valid billing policy (words unknown)"),
        Row("banned-ip", FaultStage.Rcpt, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/", "the public address of the relay is banned"),
        Row("spamhaus", FaultStage.Rcpt, "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", "the public address of the relay is listed"),
        Row("sender-rewritten", FaultStage.Dot, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "the sender is not the account"),

        // --- OAuth
        Row("token-expired", FaultStage.Auth, "535 5.7.142 Authentication unsuccessful, the token has expired", "a new token is needed (words unknown)"),
        Row("token-expiring", FaultStage.Auth, "501 5.5.127 The token will expire soon", "a newer token is needed (words unknown)"),
        Row("no-permission", FaultStage.Auth, "535 5.7.144 Authentication unsuccessful, invalid API permissions", "Mail.Send or admin consent is missing (words unknown)"),
        Row("app-not-allowed", FaultStage.Auth, "550 5.7.240 The application is not allowed for this HVE account", "Add-HVEAppAccess is missing (words unknown)"),

        // --- later it will work
        Row("throttled", FaultStage.Dot, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "too much at a time"),
        Row("too-many-connections", FaultStage.Dot, "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.", "fewer connections, please"),
        Row("recipient-throttled", FaultStage.Dot, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "one mailbox gets too much at a time"),
        Row("recipient-limit", FaultStage.Rcpt, "450 4.2.2 5.2.121 The recipient has exceeded its limit of messages an hour", "one mailbox gets over 3,600 messages an hour (words unknown)"),
        Row("busy", FaultStage.Dot, "451 4.7.500 Server busy. Please try again later from [192.0.2.1].", "the server slows us down"),
        Row("temporary", FaultStage.Mail, "451 4.7.0 Temporary server error. Please try again later. PRX4", "trouble inside Microsoft 365"),
        Row("timeout", FaultStage.Mail, "421 4.4.1 Connection timed out", "the connection was kept for too long"),
        Row("organization-queue", FaultStage.Dot, "450 4.7.3 Organization queue quota exceeded.", "the tenant has too much in Microsoft's queues"),
        Row("quota", FaultStage.Dot, HveReplies.QuotaExceeded, "the recipients of the day are used up"),

        // --- this message or recipient will never work
        Row("unknown-recipient", FaultStage.Rcpt, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "no such mailbox"),
        Row("external", FaultStage.Rcpt, HveReplies.ExternalRecipient, "the recipient is outside the tenant"),
        Row("restricted", FaultStage.Dot, "550 5.7.124 Sender not in allowed-senders list", "a group does not take mail from the account"),
        Row("too-large", FaultStage.Dot, HveReplies.TooLarge, "the message is over the limit"),

        // --- the way there
        new("unreachable", Fault.Reset(FaultStage.Connect), "the connection is reset at once"),
        new("lost-reply", Fault.Close(FaultStage.AfterDot), "the message is delivered, and the connection breaks before the reply"),
        new("hanging", Fault.Stall(FaultStage.Data), "no answer to DATA"),
        new("no-starttls", Fault.NoStartTls(), "EHLO does not offer STARTTLS: something between strips it"),
        new("tls-refused", Fault.TlsRefused(), "the TLS handshake fails"),
        new("stranger-certificate", Fault.StrangerCertificate(), "the certificate is that of an intercepting firewall"),
    ];

    public static IReadOnlyList<FaultPreset> All => Table;

    private static FaultPreset Row(string name, FaultStage stage, string reply, string meaning) => new(name, Fault.Reply(stage, reply), meaning);
}
