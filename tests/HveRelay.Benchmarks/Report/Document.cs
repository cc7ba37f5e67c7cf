using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Report;

/// <summary>A Markdown file in which the table stands between two marks; what is around them is people's.</summary>
internal static class Document
{
    private const string Begin = "<!-- benchmark: begin -->";
    private const string End = "<!-- benchmark: end -->";

    /// <summary>Makes the file where there is none.</summary>
    /// <exception cref="BenchmarkException">The file has no marks.</exception>
    public static async Task ReplaceAsync(string path, string report, CancellationToken cancel)
    {
        var block = $"{Begin}\n{report.TrimEnd()}\n{End}";
        if (!File.Exists(path))
        {
            await File.WriteAllTextAsync(path, $"# Performance\n\n{block}\n", cancel);
            return;
        }

        var text = await File.ReadAllTextAsync(path, cancel);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new BenchmarkException($"{path} has no place for the table: it wants a line {Begin} and below it one {End}");
        }

        await File.WriteAllTextAsync(path, text[..begin] + block + text[(end + End.Length)..], cancel);
    }
}
