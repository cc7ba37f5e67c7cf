using HveRelay.Operations.Doctor;

namespace HveRelay.Operations.Verbs;

/// <summary>A diagnosis for people: a line for each check, then the first fault, then what is to be looked at.</summary>
internal static class DoctorText
{
    public static string Of(Diagnosis diagnosis)
    {
        var notes = diagnosis.Lines.SelectMany(line => line.Finding.Notes).ToList();
        return PlainText.Table(["CHECK", "RESULT", "SEEN"], diagnosis.Lines.Select(line => new[] { line.Name, Word(line.Finding.Result), line.Finding.Words }))
            + (diagnosis.First is { Finding: var fault } first
                ? $"\nfirst fault: {first.Name}\n" + PlainText.Indented($"cause  {OneLine(fault.Cause!)}\nwho    {fault.Who}\nhow    {OneLine(fault.How!)}")
                : "\nnothing is wrong\n")
            + (notes.Count == 0 ? string.Empty : "\nto be looked at:\n" + PlainText.Indented(string.Join('\n', notes.Select(OneLine))));
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
