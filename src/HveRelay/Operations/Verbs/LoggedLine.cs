using System.Text.RegularExpressions;
using HveRelay.Delivery;
using HveRelay.Operations.Verbs.Tail;
using HveRelay.Operations.Verbs.Why;
using HveRelay.Smtp;

namespace HveRelay.Operations.Verbs;

/// <summary>A line of our own log among what people paste: it says itself who answered, and why where nobody did.</summary>
internal sealed partial record LoggedLine(string Event, IReadOnlyDictionary<string, string> Fields)
{
    public const string RefusedHere = "this relay itself refused it: {0}";

    private static readonly Breakage[] Breakages = [.. Enum.GetValues<Breakage>().Where(each => each != Breakage.None)];

    public string Reply => Fields.GetValueOrDefault("reply", string.Empty);

    /// <summary>Null where it is none.</summary>
    public static LoggedLine? Find(string pasted)
    {
        var text = pasted.Trim();
        if (text is ['{', ..])
        {
            var json = LogLine.Fields(text);
            return json.TryGetValue("event", out var name) ? new LoggedLine(name, json) : null;
        }

        // What journald or Docker puts before is not ours.
        return Begin().Match(text) is { Success: true } found
            ? new LoggedLine(found.Groups["event"].Value, LogLine.Fields("- " + text[found.Index..]))
            : null;
    }

    /// <summary>The relay's own refusal: its reason is in our table, and the reply is none of the next hop's.</summary>
    public (string Cause, string Remedy)? OwnRefusal => Event == "refused" && Fields.TryGetValue("reason", out var reason)
        ? (RefusedHere.Replace("{0}", reason, StringComparison.Ordinal), RefusalRemedies.Of(reason) ?? string.Empty)
        : null;

    /// <summary>Where there was no reply: the verdict whose cause the line has. Null where it has none, or one of a reply.</summary>
    public ReplyVerdict? Verdict(ReplyTable replies) => Fields.TryGetValue("cause", out var cause)
        ? Breakages.Select(broken => replies.Classify(new SmtpFailure(Stage.Connect, null, broken, Reply))).FirstOrDefault(verdict => verdict.Cause == cause)
        : null;

    [GeneratedRegex("(?<![^ ])(?:DBG|INF|WRN|ERR) (?<event>[a-z]+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Begin();
}
