namespace HveRelay.Stores.Sqlite;

/// <summary>Lists in one column: scopes of the ledger with a line feed behind each, numbers with commas between.</summary>
internal static class ListColumns
{
    /// <summary>A scope that two rules name counts once.</summary>
    public static string Join(IEnumerable<string> scopes) => string.Concat(scopes.Distinct(StringComparer.Ordinal).Select(scope => scope + '\n'));

    /// <summary>The empty scope is the tenant's: a list of it alone is one line feed.</summary>
    public static string[] Split(string list) => list.Split('\n')[..^1];

    /// <summary>Sentences, of which one may quote a line feed; null for none.</summary>
    public static string? JoinLines(IReadOnlyList<string>? lines) =>
        lines is null or [] ? null : string.Join('\n', lines.Select(line => line.Replace('\n', ' ')));

    public static string[] SplitLines(string? lines) => lines?.Split('\n') ?? [];

    public static string JoinNumbers(IEnumerable<int> numbers) => string.Join(',', numbers);

    public static int[] SplitNumbers(string list) => Array.ConvertAll(list.Split(','), int.Parse);
}
