using HveRelay.Smtp;
using static HveRelay.Delivery.FaultKind;
using static HveRelay.Delivery.ReplyClass;

namespace HveRelay.Delivery;

/// <summary>
/// What HVE says and what it means, row by row: codes, enhanced code, text, stage, class, cause, remedy, and how sure that is. The
/// first row that matches decides, so a row with a text stands before the one without. docs/hve.md has the same table for people.
/// </summary>
internal static class ReplyTableRows
{
    internal const string Ndr = "Exchange Online, non-delivery codes";
    internal const string Devices = "Exchange Online, devices and applications that send mail";
    internal const string Limits = "Exchange Online, limits of SMTP submission";
    private const string Notes = "High Volume Email, documentation and notes on releases";
    private const string Relays = "working relays, seen until August 2026";
    internal const string Forums = "Microsoft's support in forums";
    private const string Blogs = "blogs on High Volume Email";

    private const string FromTheAccount = "Administrator: Rewrite.From must be Account";
    private const string AllowSender = "Tenant administrator: allow the account as sender";
    private const string ShortToken = "The access token ends too soon";
    internal const string LongerTokens = "Tenant administrator: if it stays, tokens must live longer than 20 minutes";
    private const string NoLicence = "Tenant administrator: remove the licence or recreate the account";
    private const string Correct = "Administrator: correct Hve.Host";
    private const string NotHve = "The host is SMTP client submission, not High Volume Email";
    private const string HourlyLimit = "The recipient takes no more mail this hour";
    private const string Unbilled = "High Volume Email is not paid for";
    private const string SetUpBilling = "Tenant administrator: the billing policy of High Volume Email in the Microsoft 365 admin center";

    public static IReadOnlyList<ReplyRow> All { get; } =
    [
        // Told apart by their text
        Fault(null, null, "SmtpClientAuthentication is disabled", FaultKind.Connection, NotHve, Correct, Confidence.Microsoft, Devices),
        Fault([550], "5.7.1", "Spamhaus", Blocked, "The relay's public address is on a Spamhaus list",
            "Administrator: ask for removal at spamhaus.org", Confidence.Microsoft, Ndr),
        Fault(null, null, "AUTH2003", FaultKind.Account, "The account is no HVE account any more: a licence was assigned to it", NoLicence, Confidence.Field, Relays),
        Row(null, null, "token will expire soon", Stage.Connect, NewToken, ShortToken, LongerTokens, Confidence.Field, Relays),
        Row([554], "5.2.0", "SubmissionQuotaExceeded", Stage.Connect, QuotaReached, "The daily quota of recipients is used up", string.Empty, Confidence.Microsoft, Limits),
        Row([432], "4.3.2", "recipient thread limit", Stage.Connect, Retry,
            "Too many messages at once for this recipient's mailbox", string.Empty, Confidence.Microsoft, Limits),
        Row(null, null, "5.2.121", Stage.Rcpt, Retry, HourlyLimit, string.Empty, Confidence.Microsoft, Ndr),
        Row(null, null, "5.2.122", Stage.Rcpt, Retry, HourlyLimit, string.Empty, Confidence.Microsoft, Ndr),
        Row([550, 552, 554], "5.2.2", "mailbox full", Stage.Rcpt, Permanent, "The recipient's mailbox is full", "Recipient: make room in the mailbox", Confidence.Unknown, "RFC 3463"),

        // Credentials and tokens
        Fault([535], "5.7.3", null, Credentials, "HVE does not accept the password",
            "Administrator: correct the password; where it is right, Security Defaults or Conditional Access of the tenant block it", Confidence.Microsoft, Devices),
        Fault(null, "5.7.139", null, FaultKind.Policy, "The organization does not allow this authentication",
            "Tenant administrator: AllowBasicAuthSmtp for the account, Security Defaults off, or OAuth", Confidence.Microsoft, Devices),
        Fault(null, "5.7.57", null, FaultKind.Account, "HVE takes the client as not authenticated: often a licence was assigned to the account", NoLicence, Confidence.Field, Relays),
        Fault([501], "5.5.121-126", null, Credentials, "HVE did not understand the XOAUTH2 argument, or the user is not valid",
            "Administrator: correct the account's address", Confidence.Quoted, Forums),
        Row([501], "5.5.127", null, Stage.Connect, NewToken, ShortToken, LongerTokens, Confidence.Field, Relays),
        Row([535], "5.7.142-143", null, Stage.Connect, NewToken, "The access token expired", LongerTokens, Confidence.Quoted, Forums),
        Fault(null, "5.7.144", null, AppNotAllowed, "The application lacks the permission",
            "Tenant administrator: Mail.Send of Office 365 Exchange Online, with admin consent", Confidence.Quoted, Forums),
        Fault(null, "5.7.240", null, AppNotAllowed, "The application may not use this HVE account",
            "Tenant administrator: Add-HVEAppAccess with the enterprise application's object id", Confidence.Quoted, Forums),
        Fault(null, "5.2.240", null, FaultKind.Account, "This identity is no HVE account", "Administrator: use an HVE account", Confidence.Field, Relays),

        // Sender rules
        Fault(null, "5.7.62", null, Sender, "MAIL FROM is not the account", FromTheAccount, Confidence.Field, Relays),
        Fault(null, "5.6.241", null, Sender, "The From field is not the account", FromTheAccount, Confidence.Field, Relays),
        Fault(null, "5.2.252", null, Sender, "The account may not send as this sender", FromTheAccount, Confidence.Microsoft, Ndr),
        Fault(null, "5.7.60", null, Sender, "The account may not send as this sender", FromTheAccount, Confidence.Microsoft, Devices),

        // The account, the tenant or our address is blocked
        Fault([421], "4.7.66", null, FaultKind.Connection, "HVE refuses TLS 1.0 and 1.1", "Administrator: let this machine use TLS 1.2", Confidence.Microsoft, Devices),
        Fault(null, "5.1.8", null, Blocked, "The account is blocked for sending spam", "Tenant administrator: Microsoft Defender, restricted entities", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.501-503", null, Blocked, "The account is blocked", "Tenant administrator: Microsoft Defender or Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.705", null, Blocked, "The tenant is blocked from sending", "Tenant administrator: Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.708", null, Blocked, "The tenant is not allowed to send from this address", "Tenant administrator: Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.606-649", null, Blocked, "The relay's public address is banned", "Administrator: ask for removal at sender.office.com", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.30", null, FaultKind.Connection, NotHve, Correct, Confidence.Microsoft, Devices),

        // Recipients
        Row(null, "5.5.105", null, Stage.Rcpt, Permanent, "HVE does not send to external recipients",
            "Administrator: take the domain out of Hve.AcceptedDomains, and send to it by another server", Confidence.Blog, Blogs),
        Row([550], "5.1.1", null, Stage.Rcpt, Permanent, "The recipient is unknown", "Sender: correct the address", Confidence.Microsoft, Ndr),
        Row([550], "5.1.10", null, Stage.Rcpt, Permanent, "The recipient is unknown", "Sender: correct the address", Confidence.Microsoft, Ndr),
        Row([550], "5.4.1", null, Stage.Rcpt, Permanent, "The recipient is unknown", "Sender: correct the address", Confidence.Microsoft, Ndr),
        Row(null, "5.7.1", null, Stage.Rcpt, Permanent, "The recipient does not take mail from this account, or a transport rule forbids it", AllowSender, Confidence.Microsoft, Ndr),
        Row(null, "5.7.124", null, Stage.Rcpt, Permanent, "The account may not send to this distribution list", AllowSender, Confidence.Microsoft, Ndr),
        Row(null, "5.7.133-134", null, Stage.Rcpt, Permanent, "The recipient takes mail from authenticated senders only", AllowSender, Confidence.Microsoft, Ndr),
        Row(null, "5.2.121-122", null, Stage.Rcpt, Retry, HourlyLimit, string.Empty, Confidence.Microsoft, Ndr),
        Row([452, 552], "4.5.3", null, Stage.Rcpt, Split, "Too many recipients for one transaction", string.Empty, Confidence.Microsoft, Ndr),
        Row([452, 552], null, "too many recipients", Stage.Rcpt, Split, "Too many recipients for one transaction", string.Empty, Confidence.Unknown, "RFC 5321 section 4.5.3.1.10"),

        // The message
        Row([550, 552, 554], "5.3.4", null, Stage.Mail, Permanent, "The message is too large", "Sender: a smaller message", Confidence.Microsoft, Ndr),
        Row([550, 552, 554], "5.2.3", null, Stage.Mail, Permanent, "The message is too large for the recipient", "Sender: a smaller message", Confidence.Microsoft, Ndr),
        new([552], null, null, Stage.Mail, Stage.Mail, Permanent, None, "The message is too large", "Sender: a smaller message", Confidence.Unknown, "RFC 1870 section 6.1"),
        Row([550], "5.6.11", null, Stage.Data, Permanent, "The message has a line end that is not CRLF", "Developers of the relay: report it to them", Confidence.Microsoft, Ndr),
        Row(null, "5.7.512", null, Stage.Data, Permanent, "The message has no valid From field", "Developers of the relay: report it to them", Confidence.Microsoft, Ndr),

        // Load and quota
        Row([432], "4.3.2", null, Stage.Connect, Throttled, "Too many connections or threads at HVE", "Administrator: a lower Hve.MaxConnections", Confidence.Microsoft, Limits),
        Row([451], "4.7.500-699", null, Stage.Connect, Throttled, "HVE is busy or slows this sender down", string.Empty, Confidence.Microsoft, Ndr),
        Row([451], "4.7.850-899", null, Stage.Connect, Throttled, "HVE slows this sender down", string.Empty, Confidence.Microsoft, Ndr),
        Row([450], "4.7.3", null, Stage.Connect, Retry, "The organization's queue at HVE is full", string.Empty, Confidence.Field, Relays),
        Row(null, "5.1.90", null, Stage.Connect, QuotaReached, "The daily quota of recipients is used up", string.Empty, Confidence.Microsoft, Ndr),
        Row([550, 554], "5.2.2", null, Stage.Connect, QuotaReached, "The quota of the account is used up", string.Empty, Confidence.Microsoft, Ndr),
        Row([451], "4.7.0", null, Stage.Connect, Retry, "A temporary fault at HVE",
            "Tenant administrator: if it stays, look at the account", Confidence.Field, Relays),
        Row([421], "4.4.1-2", null, Stage.Connect, Retry, "HVE waited too long, or lost the connection", string.Empty, Confidence.Unknown, "RFC 3463"),
        Row([421], null, null, Stage.Connect, Retry, "HVE closed the connection", string.Empty, Confidence.Unknown, "RFC 5321 section 3.8"),

        // What HVE says when nobody pays is not known. Behind all others, since an address may be billing@contoso.com.
        Fault(null, null, "billing policy", Billing, Unbilled, SetUpBilling, Confidence.Unknown, Notes),
        Fault(null, null, "billing account", Billing, Unbilled, SetUpBilling, Confidence.Unknown, Notes),
        Fault(null, null, "billing is not", Billing, Unbilled, SetUpBilling, Confidence.Unknown, Notes),
        Fault(null, null, "billing not", Billing, Unbilled, SetUpBilling, Confidence.Unknown, Notes),
    ];

    internal static ReplyRow Fault(
        int[]? codes, string? enhanced, string? text, FaultKind fault, string cause, string remedy, Confidence sure, string source) =>
        new(codes, enhanced, text, Stage.Connect, Stage.FinalDot, AccountFault, fault, cause, remedy, sure, source);

    internal static ReplyRow Row(
        int[]? codes, string? enhanced, string? text, Stage from, ReplyClass @class, string cause, string remedy, Confidence sure, string source) =>
        new(codes, enhanced, text, from, Stage.FinalDot, @class, None, cause, remedy, sure, source);
}
