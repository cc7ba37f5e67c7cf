using System.Reflection;
using System.Text.RegularExpressions;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.House;

/// <summary>Every row of docs/specifications.md names what shows it, and that is there.</summary>
public sealed partial class SpecificationTests
{
    private static readonly string[][] Rows =
    [
        .. from line in File.ReadAllLines(RepositoryFiles.PathOf("docs/specifications.md"))
        where line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal) && !line.StartsWith("| section", StringComparison.Ordinal)
        select line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries),
    ];

    [Fact]
    public void Every_row_has_its_four_cells_and_something_that_shows_it() =>
        Assert.All(Rows, row => Assert.True(row.Length == 4 && row.All(cell => cell.Length > 0) && Named().IsMatch(row[3]), string.Join(" | ", row)));

    [Fact]
    public void Every_transcript_and_test_that_is_named_exists()
    {
        var there = Tests().Concat(Directory.EnumerateFiles(ServerTranscript.Folder, "*.txt").Select(file => Path.GetFileName(file))).ToHashSet(StringComparer.Ordinal);

        Assert.All(
            Rows.SelectMany(row => Named().Matches(row[3])).Select(name => name.Groups["name"].Value),
            name => Assert.Contains(name, there));
    }

    private static IEnumerable<string> Tests() =>
        from type in typeof(SpecificationTests).Assembly.GetTypes()
        from method in type.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is not null
        select $"{type.Name}.{method.Name}";

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex Named();
}
