using System.Globalization;
using System.Text;

namespace HveRelay.Operations.Verbs;

/// <summary>What the verbs' texts for people share: aligned columns that also go through grep, never cut off.</summary>
internal static class PlainText
{
    public static string Table(string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.Select(row => Array.ConvertAll(row, OneLine)).Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(column => all.Max(row => TextWidth.Of(row[column]))).ToArray();
        var text = new StringBuilder();
        foreach (var row in all)
        {
            text.AppendJoin("  ", row.Select((cell, column) => column == head.Length - 1 ? cell : TextWidth.Pad(cell, widths[column]))).Append('\n');
        }

        return text.ToString();
    }

    public static string Indented(string table) => "  " + table.TrimEnd('\n').Replace("\n", "\n  ", StringComparison.Ordinal) + "\n";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string OrDash(string? text) => string.IsNullOrEmpty(text) ? "-" : text;

    /// <summary>What strangers send is shown, and may not steer the terminal.</summary>
    public static string OneLine(string cell) =>
        cell.Any(char.IsControl) ? string.Concat(cell.Select(each => char.IsControl(each) ? ' ' : each)) : cell;
}
