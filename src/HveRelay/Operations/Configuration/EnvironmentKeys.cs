using System.Collections;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// The environment variables that override keys: <c>HVERELAY_Hve__Accounts__0__Password</c> is <c>Hve.Accounts[0].Password</c>. It
/// remembers which variable a key came from, so that an error can name it.
/// </summary>
public sealed class EnvironmentKeys
{
    public const string Prefix = "HVERELAY_";

    private readonly SortedDictionary<string, string> _variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    public EnvironmentKeys(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                var path = name[Prefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
                _variables[path] = name;
                _values[path] = value;
            }
        }
    }

    /// <summary>By path, as IConfiguration writes it.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    public static IReadOnlyDictionary<string, string> OfThisProcess() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);

    /// <summary>The variable that gave this path its value, or null.</summary>
    public string? VariableOf(string path) => _variables.GetValueOrDefault(path);

    /// <summary>The variables that name this path or something under it.</summary>
    public IEnumerable<string> VariablesUnder(string path) => _variables
        .Where(pair => pair.Key.Equals(path, StringComparison.OrdinalIgnoreCase)
            || pair.Key.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase))
        .Select(pair => pair.Value);

    public static string NameOf(string path) => Prefix + path.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);
}
