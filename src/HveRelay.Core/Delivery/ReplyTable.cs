using System.Globalization;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

// What HVE says and what to do about it. The rules:
//   1. The first row that matches decides; rows with a text come before rows without.
//   2. Unknown means retry. Permanent only for a 5yz at RCPT or later, where it is about the recipients.
//   3. An unknown 5yz before RCPT is an account fault: it would hit every message, so none is bounced for it.

/// <summary>One row. What is null matches anything.</summary>
/// <param name="Codes">Reply codes.</param>
/// <param name="Enhanced">An enhanced code, with a range in the detail where there is one: 4.7.500-699.</param>
/// <param name="Text">Occurs in the text, ignoring case.</param>
/// <param name="From">The first stage at which it holds.</param>
/// <param name="To">The last stage at which it holds.</param>
public sealed record ReplyRow(
    int[]? Codes, string? Enhanced, string? Text, Stage From, Stage To, ReplyClass Class, string Cause, string Remedy, Confidence Confidence)
{
    public bool Matches(Stage stage, Reply reply) =>
        stage >= From && stage <= To
        && (Codes is null || Codes.Contains(reply.Code))
        && (Enhanced is null || MatchesEnhanced(reply))
        && (Text is null || reply.Text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    private bool MatchesEnhanced(Reply reply)
    {
        if (reply.Enhanced is not { } enhanced)
        {
            return false;
        }

        var dot = Enhanced!.LastIndexOf('.');
        var detail = Enhanced[(dot + 1)..].Split('-');
        var first = int.Parse(detail[0], CultureInfo.InvariantCulture);
        var last = int.Parse(detail[^1], CultureInfo.InvariantCulture);
        return Enhanced[..dot] == $"{enhanced.Class}.{enhanced.Subject}" && enhanced.Detail >= first && enhanced.Detail <= last;
    }
}

public static class ReplyTable
{
    private const Stage Any = Stage.Connect;
    private const Stage End = Stage.FinalDot;
    private const string LongerTokens = "If it stays: tenant administrator, tokens must live longer than 20 minutes";

    public static IReadOnlyList<ReplyRow> Rows { get; } =
    [
        // Told apart by their text
        new([535, 530, 550], null, "SmtpClientAuthentication is disabled", Any, End, ReplyClass.AccountFault,
            "The host is SMTP client submission, not High Volume Email", "Administrator: correct Hve.Host", Confidence.Microsoft),
        new([550], "5.7.1", "Spamhaus", Any, End, ReplyClass.AccountFault,
            "The relay's public address is on a Spamhaus list", "Administrator: ask for removal at spamhaus.org", Confidence.Microsoft),
        new([451], "4.7.0", "AUTH2003", Any, End, ReplyClass.AccountFault,
            "The account is no HVE account any more: a licence was assigned to it", "Tenant administrator: remove the licence or recreate the account", Confidence.Field),
        new(null, null, "token will expire soon", Any, End, ReplyClass.NewToken,
            "The access token ends too soon", LongerTokens, Confidence.Field),
        new([554], "5.2.0", "SubmissionQuotaExceeded", Any, End, ReplyClass.QuotaReached,
            "The daily quota of recipients is used up", string.Empty, Confidence.Microsoft),

        // Credentials and tokens
        new([535], "5.7.3", null, Any, End, ReplyClass.AccountFault,
            "HVE does not accept the password", "Administrator: the password; tenant: Security Defaults or Conditional Access block it", Confidence.Microsoft),
        new([535], "5.7.139", null, Any, End, ReplyClass.AccountFault,
            "The organization does not allow this authentication", "Tenant administrator: AllowBasicAuthSmtp for the account, Security Defaults off, or OAuth", Confidence.Microsoft),
        new([530, 550], "5.7.57", null, Any, End, ReplyClass.AccountFault,
            "HVE takes the client as not authenticated: often a licence was assigned to the account", "Tenant administrator: remove the licence or recreate the account", Confidence.Field),
        new([501], "5.5.121-126", null, Any, End, ReplyClass.AccountFault,
            "HVE did not understand the XOAUTH2 argument, or the user is not valid", "Administrator: the account's address", Confidence.Quoted),
        new([501], "5.5.127", null, Any, End, ReplyClass.NewToken,
            "The access token ends too soon", LongerTokens, Confidence.Field),
        new([535], "5.7.142-143", null, Any, End, ReplyClass.NewToken,
            "The access token expired", LongerTokens, Confidence.Field),
        new([535], "5.7.144", null, Any, End, ReplyClass.AccountFault,
            "The application lacks the permission", "Tenant administrator: Mail.Send of Office 365 Exchange Online, with admin consent", Confidence.Quoted),
        new([550], "5.7.240", null, Any, End, ReplyClass.AccountFault,
            "The application may not use this HVE account", "Tenant administrator: Add-HVEAppAccess with the enterprise application's object id", Confidence.Quoted),
        new([550], "5.2.240", null, Any, End, ReplyClass.AccountFault,
            "This identity is no HVE account", "Administrator: use an HVE account", Confidence.Field),

        // Sender rules
        new([550], "5.7.62", null, Any, End, ReplyClass.AccountFault,
            "MAIL FROM is not the account", "Administrator: Rewrite.From must be Account", Confidence.Field),
        new([550], "5.6.241", null, Any, End, ReplyClass.AccountFault,
            "The From field is not the account", "Administrator: Rewrite.From must be Account", Confidence.Field),
        new([554], "5.2.252", null, Any, End, ReplyClass.AccountFault,
            "The account may not send as this sender", "Administrator: Rewrite.From must be Account", Confidence.Microsoft),
        new([550], "5.7.60", null, Any, End, ReplyClass.AccountFault,
            "The account may not send as this sender", "Administrator: Rewrite.From must be Account", Confidence.Microsoft),

        // The account or the tenant is blocked
        new([421], "4.7.66", null, Any, End, ReplyClass.AccountFault,
            "HVE refuses TLS 1.0 and 1.1", "Administrator: let this machine use TLS 1.2", Confidence.Microsoft),
        new([550], "5.1.8", null, Any, End, ReplyClass.AccountFault,
            "The account is blocked for sending spam", "Tenant administrator: Microsoft Defender, restricted entities", Confidence.Microsoft),
        new([550], "5.7.501-503", null, Any, End, ReplyClass.AccountFault,
            "The account is blocked", "Tenant administrator: Microsoft Defender or Microsoft support", Confidence.Microsoft),
        new([550], "5.7.705", null, Any, End, ReplyClass.AccountFault,
            "The tenant is blocked from sending", "Tenant administrator: Microsoft support", Confidence.Microsoft),
        new([550], "5.7.708", null, Any, End, ReplyClass.AccountFault,
            "The tenant is not allowed to send from this address", "Tenant administrator: Microsoft support", Confidence.Microsoft),
        new([550], "5.7.606-649", null, Any, End, ReplyClass.AccountFault,
            "The relay's public address is banned", "Administrator: sender.office.com", Confidence.Microsoft),
        new([550], "5.7.30", null, Any, End, ReplyClass.AccountFault,
            "The host is SMTP client submission, not High Volume Email", "Administrator: correct Hve.Host", Confidence.Microsoft),

        // Recipients
        new([550], "5.5.105", null, Stage.Rcpt, End, ReplyClass.Permanent,
            "HVE does not send to external recipients", "Administrator: a route for that domain", Confidence.Blog),
        new([550], "5.1.1", null, Stage.Rcpt, End, ReplyClass.Permanent, "The recipient is unknown", "Sender: the address", Confidence.Microsoft),
        new([550], "5.1.10", null, Stage.Rcpt, End, ReplyClass.Permanent, "The recipient is unknown", "Sender: the address", Confidence.Microsoft),
        new([550], "5.4.1", null, Stage.Rcpt, End, ReplyClass.Permanent, "The recipient is unknown", "Sender: the address", Confidence.Microsoft),
        new([550, 554], "5.7.1", null, Stage.Rcpt, End, ReplyClass.Permanent,
            "The recipient does not take mail from this account", "Tenant administrator: allow the account as sender", Confidence.Microsoft),
        new([550, 554], "5.7.124", null, Stage.Rcpt, End, ReplyClass.Permanent,
            "The account may not send to this distribution list", "Tenant administrator: allow the account as sender", Confidence.Microsoft),
        new([550, 554], "5.7.133-134", null, Stage.Rcpt, End, ReplyClass.Permanent,
            "The recipient takes mail from authenticated senders only", "Tenant administrator: allow the account as sender", Confidence.Microsoft),
        new(null, "5.2.121-122", null, Stage.Rcpt, End, ReplyClass.Retry,
            "The recipient takes no more mail this hour", string.Empty, Confidence.Microsoft),
        new([452, 552], "4.5.3", null, Stage.Rcpt, End, ReplyClass.Split, "Too many recipients for one transaction", string.Empty, Confidence.Microsoft),

        // The message
        new([552], "5.3.4", null, Stage.Mail, End, ReplyClass.Permanent, "The message is too large", "Sender: a smaller message", Confidence.Microsoft),
        new([552], "5.2.3", null, Stage.Mail, End, ReplyClass.Permanent, "The message is too large for the recipient", "Sender: a smaller message", Confidence.Microsoft),
        new([550], "5.6.11", null, Stage.Data, End, ReplyClass.Permanent, "The message has a line end that is not CRLF", "A fault of the relay: report it", Confidence.Microsoft),
        new([550], "5.7.512", null, Stage.Data, End, ReplyClass.Permanent, "The message has no valid From field", "A fault of the relay: report it", Confidence.Microsoft),

        // Load and quota
        new([432], "4.3.2", null, Any, End, ReplyClass.Throttled, "Too many connections or threads at HVE", "Administrator: a lower Hve.MaxConnections", Confidence.Microsoft),
        new([451], "4.7.500-699", null, Any, End, ReplyClass.Throttled, "HVE is busy or slows this sender down", string.Empty, Confidence.Microsoft),
        new([451], "4.7.850-899", null, Any, End, ReplyClass.Throttled, "HVE slows this sender down", string.Empty, Confidence.Microsoft),
        new([450], "4.7.3", null, Any, End, ReplyClass.Retry, "The organization's queue at HVE is full", string.Empty, Confidence.Field),
        new([550, 554], "5.1.90", null, Any, End, ReplyClass.QuotaReached, "The daily quota of recipients is used up", string.Empty, Confidence.Microsoft),
        new([554], "5.2.2", null, Any, End, ReplyClass.QuotaReached, "The quota of the account is used up", string.Empty, Confidence.Microsoft),
        new([451], "4.7.0", null, Any, End, ReplyClass.Retry, "A temporary fault at HVE", "If it stays: tenant administrator, the account", Confidence.Field),
        new([421], null, null, Any, End, ReplyClass.Retry, "HVE closed the connection", string.Empty, Confidence.Microsoft),
    ];

    /// <summary>What a failure means and what to do.</summary>
    public static ReplyVerdict Classify(SmtpFailure failure) => failure.Reply is { } reply
        ? OfReply(failure.Stage, reply)
        : OfBreakage(failure);

    /// <summary>What a reply that was kept as text means; null where it is none, but words of our own.</summary>
    public static ReplyVerdict? Explain(string words) => Reply.TryParse(words, out var reply) ? OfReply(End, reply!) : null;

    private static ReplyVerdict OfReply(Stage stage, Reply reply)
    {
        foreach (var row in Rows)
        {
            if (row.Matches(stage, reply))
            {
                return new ReplyVerdict(row.Class, row.Cause, row.Remedy, row.Confidence);
            }
        }

        return reply switch
        {
            { IsPermanent: true } when stage < Stage.Rcpt => new(ReplyClass.AccountFault,
                "HVE refuses this account for a reason that is not known here", "Administrator: read the reply; Microsoft support", Confidence.Unknown),
            { IsPermanent: true } => new(ReplyClass.Permanent,
                "HVE refuses the recipient or the message for a reason that is not known here", "Sender: read the reply", Confidence.Unknown),
            _ => new(ReplyClass.Retry, "HVE cannot take it now", string.Empty, Confidence.Unknown),
        };
    }

    private static ReplyVerdict OfBreakage(SmtpFailure failure) => failure.Breakage switch
    {
        Breakage.Dns => Own(ReplyClass.Retry, "The name of the next hop has no address", "Administrator: DNS, and Hve.Host"),
        Breakage.Unreachable => Own(ReplyClass.Retry, "The next hop cannot be reached", "Network: is TCP to its port allowed from here?"),
        Breakage.Certificate => Own(ReplyClass.AccountFault, "The certificate of the next hop is not trusted", "Network: is TLS intercepted? Administrator: Hve.Host"),
        Breakage.NoStartTls => Own(ReplyClass.AccountFault, "The next hop does not offer STARTTLS", "Network: does a firewall take it out? Administrator: Hve.Host and port"),
        Breakage.NoMechanism => Own(ReplyClass.AccountFault, "The next hop offers no way to authenticate that fits the account", "Administrator: Hve.Host, password or OAuth"),
        Breakage.Tls => Own(ReplyClass.Retry, "The TLS handshake failed", "Network: is TLS intercepted?"),
        Breakage.ContentUnreadable => Own(ReplyClass.Retry, "The message could not be read from our own queue", "Administrator: look at the disk"),
        Breakage.TokenUnavailable => Own(ReplyClass.Retry, "The identity platform cannot be asked for a token",
            "Network: is HTTPS to login.microsoftonline.com allowed from here, and is TLS intercepted?"),
        Breakage.TokenRefused => TokenTable.Classify(failure.Detail),
        Breakage.CredentialUnusable => Own(ReplyClass.AccountFault, "The secret or certificate of the application cannot be used",
            "Administrator: the file that the reply names"),
        _ => Own(ReplyClass.Retry, "The connection to the next hop broke", string.Empty),
    };

    private static ReplyVerdict Own(ReplyClass @class, string cause, string remedy) => new(@class, cause, remedy, Confidence.Microsoft);
}
