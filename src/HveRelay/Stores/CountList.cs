using System.Globalization;

namespace HveRelay.Stores;

/// <summary>Counted words in one column: "count word" with a line feed behind each.</summary>
internal static class CountList
{
    public static string Join(IReadOnlyDictionary<string, long> counts) =>
        string.Concat(counts.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Value} {each.Key}\n"));

    public static IReadOnlyDictionary<string, long> Split(string list) => list.Split('\n')[..^1].Select(line => line.Split(' ', 2))
        .ToDictionary(line => line[1], line => long.Parse(line[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
