using HveRelay.Smtp;
using static HveRelay.Delivery.FaultKind;
using static HveRelay.Delivery.ReplyClass;
using static HveRelay.Delivery.ReplyTableRows;

namespace HveRelay.Delivery;

/// <summary>
/// What smarthosts say, row by row: what RFC 3463 and 5321 make of it anywhere, and what Exchange Online says by codes that nobody else
/// uses. HVE's own rows are not here: elsewhere the same words mean something else. docs/smarthosts.md has the same table for people.
/// </summary>
internal static class SmarthostReplyRows
{
    private const string Status = "RFC 3463";
    private const string Auth = "RFC 4954 section 6";

    private const string TooLarge = "The message is too large for the smarthost";
    private const string Smaller = "Sender: a smaller message";
    private const string Unknown = "The recipient is unknown";
    private const string CorrectAddress = "Sender: correct the address";
    private const string ShortToken = "The access token ends too soon, or has ended";
    private const string QuotaUsedUp = "The smarthost's daily quota of recipients is used up";

    public static IReadOnlyList<ReplyRow> All { get; } =
    [
        // Told apart by their text
        Fault(null, null, "SmtpClientAuthentication is disabled", FaultKind.Policy, "The tenant or the mailbox does not allow SMTP AUTH",
            "Tenant administrator: allow authenticated SMTP for the mailbox, or OAuth", Confidence.Microsoft, Devices),
        Fault([550, 554], "5.7.1", "Spamhaus", Blocked, "The relay's public address is on a Spamhaus list",
            "Administrator: ask for removal at spamhaus.org", Confidence.Microsoft, Ndr),
        Row(null, null, "token will expire soon", Stage.Connect, NewToken, ShortToken, LongerTokens, Confidence.Field, "working relays, seen until August 2026"),
        Row([554], "5.2.0", "SubmissionQuotaExceeded", Stage.Connect, QuotaReached, QuotaUsedUp, string.Empty, Confidence.Microsoft, Limits),

        // Credentials and tokens
        Row([501], "5.5.127", null, Stage.Connect, NewToken, ShortToken, LongerTokens, Confidence.Field, Forums),
        Row([535], "5.7.142-143", null, Stage.Connect, NewToken, ShortToken, LongerTokens, Confidence.Quoted, Forums),
        Fault([535], "5.7.139", null, FaultKind.Policy, "The organization does not allow this authentication",
            "Tenant administrator: authenticated SMTP for the mailbox, Security Defaults off, or OAuth", Confidence.Microsoft, Devices),
        Fault([535], null, null, Credentials, "The smarthost does not accept the login", "Administrator: UserName and Password of the smarthost", Confidence.Unknown, Auth),
        Fault([530], "5.7.0", null, Credentials, "The smarthost wants TLS or a login first", "Administrator: Security, UserName and Password of the smarthost", Confidence.Unknown, Auth),
        Fault([530, 550], "5.7.57", null, Credentials, "The smarthost takes us as not authenticated", "Administrator: UserName and Password of the smarthost", Confidence.Microsoft, Devices),
        Fault([550], "5.7.64", null, FaultKind.Connection, "No connector of the tenant knows this relay, by address or certificate",
            "Tenant administrator: the inbound connector; administrator: ClientCertificate of the smarthost", Confidence.Microsoft, Ndr),
        Fault([550], "5.7.68", null, FaultKind.Policy, "The tenant rejects Direct Send",
            "Tenant administrator: a connector for this relay, or Reject Direct Send off", Confidence.Microsoft, Ndr),

        // Our address or the tenant is blocked
        Fault(null, "5.7.501-503", null, Blocked, "The account is blocked", "Tenant administrator: Microsoft Defender or Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.705", null, Blocked, "The tenant is blocked from sending", "Tenant administrator: Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.708", null, Blocked, "The tenant is not allowed to send from this address", "Tenant administrator: Microsoft support", Confidence.Microsoft, Ndr),
        Fault(null, "5.7.606-649", null, Blocked, "The relay's public address is banned", "Administrator: ask for removal at sender.office.com", Confidence.Microsoft, Ndr),

        // The sender: with Rewrite Keep each message has its own, and one that is refused is no fault of the others
        Row([550, 553, 554], "5.1.7-8", null, Stage.Mail, Permanent, "The smarthost does not take this sender", "Sender: a sender address that exists", Confidence.Unknown, Status),
        Row([550, 554], "5.7.60", null, Stage.Mail, Permanent, "The smarthost's account may not send as this sender",
            "Administrator: Rewrite of the smarthost must be Account, or the mailbox needs the right to send as others", Confidence.Microsoft, Devices),
        Row([550, 554], "5.2.252", null, Stage.Mail, Permanent, "The smarthost's account may not send as this sender",
            "Administrator: Rewrite of the smarthost must be Account, or the mailbox needs the right to send as others", Confidence.Microsoft, Ndr),

        // Recipients
        Row([550, 551, 553], "5.1.1-3", null, Stage.Rcpt, Permanent, Unknown, CorrectAddress, Confidence.Unknown, Status),
        Row([550], "5.1.10", null, Stage.Rcpt, Permanent, Unknown, CorrectAddress, Confidence.Microsoft, Ndr),
        Row([550], "5.4.1", null, Stage.Rcpt, Permanent, Unknown, CorrectAddress, Confidence.Microsoft, Ndr),
        NoRelay("relay access denied", "Postfix"),
        NoRelay("unable to relay", "Exchange Server"),
        NoRelay("relaying denied", "Sendmail"),
        NoRelay("relay not permitted", "Exim"),
        Row([550, 552, 554], "5.2.2", null, Stage.Rcpt, Permanent, "The recipient's mailbox is full", "Recipient: make room in the mailbox", Confidence.Unknown, Status),
        Row([452, 552], "4.5.3", null, Stage.Rcpt, Split, "Too many recipients for one transaction", string.Empty, Confidence.Unknown, Status),
        Row([452, 552], null, "too many recipients", Stage.Rcpt, Split, "Too many recipients for one transaction", string.Empty, Confidence.Unknown, "RFC 5321 section 4.5.3.1.10"),

        // The message
        Row([550, 552, 554], "5.3.4", null, Stage.Mail, Permanent, TooLarge, Smaller, Confidence.Unknown, Status),
        Row([550, 552, 554], "5.2.3", null, Stage.Mail, Permanent, TooLarge, Smaller, Confidence.Unknown, Status),
        new([552], null, null, Stage.Mail, Stage.Mail, Permanent, None, TooLarge, Smaller, Confidence.Unknown, "RFC 1870 section 6.1"),

        // Load and quota
        Row([432], "4.3.2", null, Stage.Connect, Throttled, "Too many connections or threads at the smarthost",
            "Administrator: a lower MaxConnections of the smarthost", Confidence.Microsoft, Limits),
        Row([451], "4.7.500-699", null, Stage.Connect, Throttled, "The smarthost is busy, or slows down an address that it does not know",
            "Administrator: WarmUpDays of the smarthost", Confidence.Microsoft, Ndr),
        Row([451], "4.7.850-899", null, Stage.Connect, Throttled, "The smarthost slows this sender down", string.Empty, Confidence.Microsoft, Ndr),
        Row(null, "5.1.90", null, Stage.Connect, QuotaReached, QuotaUsedUp, string.Empty, Confidence.Microsoft, Ndr),
        Row([421], null, null, Stage.Connect, Retry, "The smarthost closed the connection", string.Empty, Confidence.Unknown, "RFC 5321 section 3.8"),
    ];

    /// <summary>
    /// It does not know us any more, or never sent to this domain for us: which of the two, nobody can tell. No mail is bounced for the
    /// first, and no smarthost is paused for the second.
    /// </summary>
    private static ReplyRow NoRelay(string text, string who) => Row(
        null, null, text, Stage.Rcpt, Retry, "The smarthost does not send to this domain for us",
        "Administrator: let the smarthost know this relay by login, address or certificate, or correct Routes", Confidence.Field, who);
}
