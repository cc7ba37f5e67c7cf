using System.Globalization;

namespace HveRelay.Stores.Sqlite;

/// <summary>Lists in one column: scopes of the ledger and counted words with a line feed behind each, numbers with commas between.</summary>
internal static class ListColumns
{
    /// <summary>A scope that two rules name counts once.</summary>
    public static string Join(IEnumerable<string> scopes) => string.Concat(scopes.Distinct(StringComparer.Ordinal).Select(scope => scope + '\n'));

    /// <summary>The empty scope is the tenant's: a list of it alone is one line feed.</summary>
    public static string[] Split(string list) => list.Split('\n')[..^1];

    public static string JoinNumbers(IEnumerable<int> numbers) => string.Join(',', numbers);

    /// <summary>Counts as "count word" with a line feed behind each.</summary>
    public static string JoinCounts(IReadOnlyDictionary<string, long> counts) =>
        string.Concat(counts.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Value} {each.Key}\n"));

    public static IReadOnlyDictionary<string, long> SplitCounts(string list) => list.Split('\n')[..^1].Select(line => line.Split(' ', 2))
        .ToDictionary(line => line[1], line => long.Parse(line[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static int[] SplitNumbers(string list) => Array.ConvertAll(list.Split(','), int.Parse);
}
