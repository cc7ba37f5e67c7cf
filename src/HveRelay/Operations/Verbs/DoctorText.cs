using HveRelay.Operations.Doctor;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs;

/// <summary>A diagnosis for people: a line for each check, then the first fault, then what is to be looked at.</summary>
internal static class DoctorText
{
    public static string Of(Diagnosis diagnosis, Language language)
    {
        var notes = diagnosis.Lines.SelectMany(line => line.Finding.Notes).ToList();
        return PlainText.Table(["CHECK", "RESULT", "SEEN"], diagnosis.Lines.Select(line => new[] { line.Name, Word(line.Finding.Result), line.Finding.Words }))
            + (diagnosis.First is { Finding: var fault } first
                ? $"\n{language.Say($"first fault: {first.Name}")}\n" + PlainText.Indented(Fault(fault, language))
                : $"\n{language.Say("nothing is wrong")}\n")
            + (notes.Count == 0 ? string.Empty : $"\n{language.Say("to be looked at:")}\n" + PlainText.Indented(string.Join('\n', notes.Select(OneLine))));
    }

    /// <summary>Who mends it and how are one sentence in the tables of other languages.</summary>
    private static string Fault(Finding fault, Language language)
    {
        var (who, how) = language.Say($"{fault.Who}: {OneLine(fault.How!)}") is var remedy && remedy.StartsWith(fault.Who!, StringComparison.Ordinal)
            ? (language.Say(fault.Who!), OneLine(fault.How!))
            : Language.Split(remedy);
        return string.Join('\n', Line("cause", language.Say(OneLine(fault.Cause!))), Line("who", who), Line("how", how));

        string Line(string name, string words) => TextWidth.Pad(language.Say(name), 7) + words;
    }

    public static object Json(Diagnosis diagnosis) => new
    {
        healthy = diagnosis.First is null,
        first = diagnosis.First is { } first ? Json(first) : null,
        checks = diagnosis.Lines.Select(Json),
    };

    private static object Json(CheckedLine line) => new
    {
        line.Name,
        line.Finding.Result,
        seen = line.Finding.Words,
        line.Finding.Cause,
        line.Finding.Who,
        line.Finding.How,
        line.Finding.Notes,
    };

    private static string Word(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok",
        CheckResult.Wrong => "WRONG",
        _ => "not reached",
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
