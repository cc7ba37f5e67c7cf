using System.Text;
using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs;

/// <summary>A reply explained: for people, and as JSON.</summary>
internal static class ExplainText
{
    private const string Nobody = "nobody need do anything";

    public static string Of(ReplyExplanation explanation, Language language)
    {
        var text = new StringBuilder().Append(explanation.Reply).Append('\n');
        if (explanation.Meanings.Count == 0)
        {
            return text.Append("  ").Append(language.Say("no failure: the next hop accepted the command")).Append('\n').ToString();
        }

        foreach (var meaning in explanation.Meanings)
        {
            text.Append(explanation.Meanings.Count > 1 ? language.Say($"at {Words(meaning.Stages)}") + "\n" : string.Empty);
            Append(text, meaning.Verdict, language);
        }

        return text.ToString();
    }

    /// <summary>Words of our own where there was no reply.</summary>
    public static string Of(string words, ReplyVerdict verdict, Language language)
    {
        var text = new StringBuilder().Append(words).Append('\n');
        Append(text, verdict, language);
        return text.ToString();
    }

    /// <summary>A reply of our own to a device.</summary>
    public static string Of(string reply, string cause, string remedy, Language language)
    {
        var text = new StringBuilder().Append(reply).Append('\n');
        var (who, how) = Language.Split(language.Say(remedy));
        Line(text, language.Say("cause"), language.Say(cause));
        Line(text, language.Say("who"), who);
        Line(text, language.Say("how"), how);
        return text.ToString();
    }

    /// <summary>What it means, who mends it and how, and what the relay does: lines with a word before each.</summary>
    public static IEnumerable<(string Name, string Words)> Lines(ReplyVerdict english, Language language)
    {
        var verdict = english.In(language);
        yield return (language.Say("cause"), verdict.Fault == FaultKind.None ? verdict.Cause : $"{verdict.Cause}{(language.IsEnglish ? " " : string.Empty)}({FaultWords.Of(verdict.Fault)})");
        if (verdict.Remedy.Length == 0 || verdict.Who.Length > 0)
        {
            yield return (language.Say("who"), verdict.Remedy.Length == 0 ? language.Say(Nobody) : verdict.Who);
        }

        if (verdict.How.Length > 0)
        {
            yield return (language.Say("how"), verdict.How);
        }

        yield return (language.Say("relay"), language.Say(ReplyConduct.Table[verdict.Class]));
    }

    public static object Json(ReplyExplanation explanation) => new
    {
        reply = explanation.Reply.ToString(),
        explanation.Reply.Code,
        enhancedCode = explanation.Reply.Enhanced?.ToString(),
        known = explanation.IsKnown,
        meanings = explanation.Meanings.Select(Json),
    };

    public static object Json(ReplyMeaning meaning) => new
    {
        meaning.Stages,
        meaning.Verdict.Class,
        meaning.Verdict.Fault,
        meaning.Verdict.Cause,
        meaning.Verdict.Who,
        meaning.Verdict.How,
        meaning.Verdict.Remedy,
        meaning.Does,
        meaning.Verdict.Confidence,
        meaning.Verdict.Source,
    };

    private static void Append(StringBuilder text, ReplyVerdict verdict, Language language)
    {
        foreach (var (name, words) in Lines(verdict, language))
        {
            Line(text, name, words);
        }

        Line(text, language.Say("class"), verdict.Class.ToString());
        Line(text, language.Say("known"), language.Say(Known(verdict)));
    }

    private static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append("  ").Append(TextWidth.Pad(name, 7)).Append(value).Append('\n');
        }
    }

    private static string Words(IReadOnlyList<Stage> stages) => stages.Count == 1
        ? stages[0].ToString().ToUpperInvariant()
        : $"{stages[0].ToString().ToUpperInvariant()} to {stages[^1].ToString().ToUpperInvariant()}";

    private static string Known(ReplyVerdict verdict) => verdict.Confidence switch
    {
        _ when !verdict.IsKnown => "not known here; told by its code and the command alone",
        Confidence.Microsoft => $"Microsoft's own text: {verdict.Source}",
        Confidence.Quoted => $"Microsoft, quoted by others: {verdict.Source}",
        Confidence.Field => $"seen in the field: {verdict.Source}",
        Confidence.Blog => $"a blog: {verdict.Source}",
        Confidence.Configured => $"the configuration says so: {verdict.Source}",
        _ => $"what it says is not written down; {verdict.Source}",
    };
}
