using System.Text.RegularExpressions;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>Rows of one's own in the table of replies.</summary>
internal static partial class ReplyRules
{
    private static readonly string[] BeforeRecipients = ["Greeting", "Hello", "StartTls", "Auth", "Mail"];

    private static readonly Rule<ReplyOptions>[] OfEach =
    [
        new(
            Error,
            string.Empty,
            (r, _) => r.Code == 0 && r.EnhancedCode.Length == 0 && r.Text.Length == 0,
            "matches every reply; give Code, EnhancedCode or Text"),
        new(Error, "Code", (r, _) => r.Code is > 0 and < 400, r => $"{r.Code} is no failure; those begin with 4 or 5"),
        new(
            Error,
            "EnhancedCode",
            (r, _) => r.EnhancedCode.Length > 0 && !EnhancedCode().IsMatch(r.EnhancedCode),
            r => $"'{r.EnhancedCode}' is no enhanced code such as 5.7.62 or 4.7.500-699"),
        new(Error, "Cause", (r, _) => r.Cause.Length == 0, "is missing; the log says it wherever the reply comes"),
        new(
            Warning,
            "Class",
            (r, _) => r.Class == ReplyOptionsClass.Permanent && BeforeRecipients.Contains(r.Stage, StringComparer.Ordinal),
            r => $"Permanent at {r.Stage} fails every message that meets this reply; AccountFault would keep them"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.Each("Hve.Replies", relay.Hve.Replies).Apply(OfEach, relay),
        .. Entry.Each("Smarthosts", relay.Smarthosts)
            .SelectMany(smarthost => Entry.Each(smarthost.Key + ".Replies", smarthost.Value.Replies).Apply(OfEach, relay)),
    ];

    [GeneratedRegex(@"^[45]\.[0-9]{1,3}\.[0-9]{1,3}(-[0-9]{1,3})?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EnhancedCode();
}
