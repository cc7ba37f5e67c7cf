using System.Globalization;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>One row of the table of replies. What is null matches anything.</summary>
/// <param name="Codes">Reply codes.</param>
/// <param name="Enhanced">An enhanced code, with a range in the detail where there is one: 4.7.500-699.</param>
/// <param name="Text">Occurs in the text, ignoring case.</param>
/// <param name="From">The first stage at which it holds.</param>
/// <param name="To">The last stage at which it holds.</param>
/// <param name="Source">Who says so.</param>
public sealed record ReplyRow(
    int[]? Codes, string? Enhanced, string? Text, Stage From, Stage To, ReplyClass Class, FaultKind Fault, string Cause, string Remedy,
    Confidence Confidence, string Source)
{
    public ReplyVerdict Verdict => new(Class, Fault, Cause, Remedy, Confidence, Source);

    public bool Matches(Stage stage, Reply reply) =>
        stage >= From && stage <= To
        && (Codes is null || Codes.Contains(reply.Code))
        && (Enhanced is null || (reply.Enhanced is { } enhanced && Covers(Enhanced, enhanced)))
        && (Text is null || reply.Text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    /// <param name="pattern">5.7.62, or 4.7.500-699.</param>
    private static bool Covers(string pattern, EnhancedCode enhanced)
    {
        var dot = pattern.LastIndexOf('.');
        var detail = pattern[(dot + 1)..].Split('-');
        var first = int.Parse(detail[0], CultureInfo.InvariantCulture);
        var last = int.Parse(detail[^1], CultureInfo.InvariantCulture);
        return pattern[..dot] == $"{enhanced.Class}.{enhanced.Subject}" && enhanced.Detail >= first && enhanced.Detail <= last;
    }
}
