using HveRelay.Configuration;
using HveRelay.Smtp;
using static HveRelay.Delivery.ReplyClass;

namespace HveRelay.Delivery;

// What the next hop says and what to do about it. The rules:
//   1. The first row that matches decides: those of the configuration (Replies), then the built-in ones of HVE or of smarthosts.
//   2. Unknown means retry. Permanent only for a 5yz at RCPT or later, where it is about the recipients.
//   3. An unknown 5yz before RCPT is an account fault: it would hit every message, so none is bounced for it. Where a smarthost keeps
//      the senders of its messages, one at MAIL may be about this sender alone, and is tried again until the lifetime is over.

/// <summary>The table of replies: rows of the configuration, and the built-in ones behind them.</summary>
public sealed class ReplyTable
{
    public static ReplyTable BuiltIn { get; } = new([], ReplyTableRows.All, NextHopWords.Hve);

    /// <summary>Of smarthosts, where nothing is configured.</summary>
    public static ReplyTable OfAnySmarthost { get; } = new([], SmarthostReplyRows.All, NextHopWords.Smarthost);

    private readonly NextHopWords _hop;

    private ReplyTable(IReadOnlyList<ReplyRow> own, IReadOnlyList<ReplyRow> builtIn, NextHopWords hop) => (Rows, _hop) = ([.. own, .. builtIn], hop);

    public IReadOnlyList<ReplyRow> Rows { get; }

    /// <summary>
    /// Of the section Hve. Where its host keeps the senders it is not HVE, and the rows of smarthosts hold: one sender that it does not
    /// take is no fault of the account.
    /// </summary>
    public static ReplyTable OfHve(RelayOptions options)
    {
        var own = options.Hve.Replies.Select((row, number) => OwnRow(row, $"Hve.Replies[{number}]")).ToList();
        return options.Rewrite.From == RewriteFrom.Keep ? new(own, SmarthostReplyRows.All, NextHopWords.HostThatKeeps)
            : own.Count == 0 ? BuiltIn
            : new(own, ReplyTableRows.All, NextHopWords.Hve);
    }

    public static ReplyTable From(SmarthostOptions smarthost) => new(
        [.. smarthost.Replies.Select((own, number) => OwnRow(own, $"Replies[{number}] of smarthost {smarthost.Name}"))],
        SmarthostReplyRows.All,
        smarthost.Rewrite == RewriteFrom.Keep ? NextHopWords.SmarthostThatKeeps : NextHopWords.Smarthost);

    /// <summary>What a failure means and what to do.</summary>
    public ReplyVerdict Classify(SmtpFailure failure) => failure.Reply is { } reply
        ? Classify(failure.Stage, reply)
        : OfBreakage(failure);

    public ReplyVerdict Classify(Stage stage, Reply reply) =>
        Rows.FirstOrDefault(row => row.Matches(stage, reply))?.Verdict ?? reply switch
        {
            { IsPermanent: true } when stage == Stage.Mail && _hop.SendersDiffer => Unlisted(Retry, FaultKind.None,
                $"{_hop.Name} refuses this sender or message for a reason that is not known here", "Administrator: read the reply"),
            { IsPermanent: true } when stage < Stage.Rcpt => Unlisted(AccountFault, FaultKind.Unknown,
                $"{_hop.Name} refuses this account for a reason that is not known here", $"Administrator: read the reply; {_hop.Support}"),
            { IsPermanent: true } => Unlisted(Permanent, FaultKind.None,
                $"{_hop.Name} refuses the recipient or the message for a reason that is not known here", "Sender: read the reply"),
            _ => Unlisted(Retry, FaultKind.None, $"{_hop.Name} cannot take it now", string.Empty),
        };

    /// <summary>What a reply that was kept as text, and ended a recipient, means; null where it is none, but words of our own.</summary>
    public ReplyVerdict? Explain(string words) => Reply.TryParse(words, out var reply) ? Classify(Stage.FinalDot, reply!) : null;

    private ReplyVerdict OfBreakage(SmtpFailure failure) => failure.Breakage switch
    {
        Breakage.Dns => Own(Unreachable, "The name of the next hop has no address", $"Administrator: DNS, and {_hop.HostKey}"),
        Breakage.Unreachable => Own(Unreachable, "The next hop cannot be reached", "Network: is TCP to its port allowed from here?"),
        Breakage.Tls => Own(Unreachable, "The TLS handshake failed", "Network: is TLS intercepted?"),
        Breakage.Certificate => Connection("The certificate of the next hop is not trusted", $"Network: is TLS intercepted? Administrator: {_hop.HostKey}"),
        Breakage.NoStartTls => Connection("The next hop does not offer STARTTLS", $"Network: does a firewall take it out? Administrator: {_hop.HostKey} and port"),
        Breakage.NoMechanism => Connection(
            "The next hop offers no way to authenticate that fits the account", $"Administrator: {_hop.HostKey}, password or OAuth"),
        Breakage.ContentUnreadable => Own(Retry, "The message could not be read from our own queue", "Administrator: look at the disk"),
        Breakage.TokenUnavailable => Own(Unreachable, "The identity platform cannot be asked for a token",
            "Network: is HTTPS to login.microsoftonline.com allowed from here, and is TLS intercepted?"),
        Breakage.TokenRefused => TokenTable.Classify(failure.Detail),
        Breakage.CredentialUnusable => new(AccountFault, FaultKind.Credentials, "The secret or certificate of the application cannot be used",
            "Administrator: the file that the reply names", Confidence.Microsoft, "this relay"),
        _ => Own(Unreachable, "The connection to the next hop broke", string.Empty),
    };

    private static ReplyVerdict Own(ReplyClass @class, string cause, string remedy) =>
        new(@class, FaultKind.None, cause, remedy, Confidence.Microsoft, "this relay");

    private static ReplyVerdict Connection(string cause, string remedy) =>
        new(AccountFault, FaultKind.Connection, cause, remedy, Confidence.Microsoft, "this relay");

    private static ReplyVerdict Unlisted(ReplyClass @class, FaultKind fault, string cause, string remedy) =>
        new(@class, fault, cause, remedy, Confidence.Unknown, string.Empty);

    private static ReplyRow OwnRow(ReplyOptions own, string source)
    {
        var stage = own.Stage.Length == 0 ? (Stage?)null : Enum.Parse<Stage>(own.Stage);
        var @class = Enum.Parse<ReplyClass>(own.Class.ToString());
        return new ReplyRow(
            own.Code == 0 ? null : [own.Code],
            own.EnhancedCode.Length == 0 ? null : own.EnhancedCode,
            own.Text.Length == 0 ? null : own.Text,

            // Rule 2: before the recipients it would fail every message of the account.
            stage ?? (@class == Permanent ? Stage.Rcpt : Stage.Connect),
            stage ?? Stage.FinalDot,
            @class,
            @class == AccountFault ? FaultKind.Unknown : FaultKind.None,
            own.Cause,
            own.Remedy,
            Confidence.Configured,
            source);
    }
}
