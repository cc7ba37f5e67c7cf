using System.Globalization;
using System.Text;
using HveRelay.Benchmarks.Measuring;

namespace HveRelay.Benchmarks.Report;

/// <summary>The rows measured so far. Rates are messages a second: the median of the rounds, then the lowest and the highest.</summary>
internal sealed class Table
{
    private const string None = "–";
    private static readonly string[] Head = ["what", "HveRelay", "Postfix", "HveRelay : Postfix", "smtp-sink, stores nothing"];
    private readonly List<string[]> _rows = [];

    public static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + " ×";

    /// <param name="ceiling">Null: there is none for this row.</param>
    public void Add(string what, Rates ours, Rates theirs, Rates? ceiling) =>
        Add([what, ours.Show(Rate), theirs.Show(Rate), ours.To(theirs).Show(Ratio), ceiling?.Show(Rate) ?? None]);

    public void Add(string what, string ours, string theirs) => Add([what, ours, theirs, None, None]);

    /// <summary>As Markdown, its columns in line also for who reads it plain.</summary>
    public override string ToString()
    {
        var widths = Head.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows.Prepend([.. widths.Select(width => new string('-', width))]).Prepend(Head))
        {
            text.Append("| ").AppendJoin(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Rate(double perSecond) => perSecond.ToString(perSecond < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private void Add(string[] row)
    {
        _rows.Add(row);

        // Progress, beside the output: the table itself comes at the end.
        Console.Error.WriteLine(string.Join(" | ", row));
    }
}
