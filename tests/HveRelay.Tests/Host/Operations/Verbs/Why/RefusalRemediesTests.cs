using System.Text.RegularExpressions;
using HveRelay.Operations.Verbs.Why;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Verbs.Why;

public sealed partial class RefusalRemediesTests
{
    /// <summary>What the page names and the table does not would leave an operator without an answer; the other way round it is no reason.</summary>
    [Fact]
    public void Each_reason_that_the_documentation_names_has_a_remedy()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/operating.md")).ReplaceLineEndings("\n");
        var told = page[page.IndexOf("Reasons of `refused`:", StringComparison.Ordinal)..].Split("\n`hverelay tail`")[0];
        var (list, table) = (told[..told.IndexOf("| reason |", StringComparison.Ordinal)], told[told.IndexOf("| reason |", StringComparison.Ordinal)..]);
        var reasons = Quoted().Matches(list).Skip(1).Select(match => match.Groups["word"].Value)
            .Concat(table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]))
            .Select(reason => string.Join(' ', reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(RefusalRemedies.Table.Keys.Order(StringComparer.Ordinal), reasons.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_no_reason_has_none() => Assert.Null(RefusalRemedies.Of("because"));

    [GeneratedRegex("`(?<word>[^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
