namespace HveRelay.Configuration.Rules;

// The rules across keys, one table for each kind of entry. A row says how much it weighs, which key of the entry is to blame, what
// must not be, and the sentence that follows the key. Rules look at the options alone: no disk, no network, no clock.

internal enum Weight
{
    /// <summary>The relay does not start.</summary>
    Error,

    /// <summary>It starts, and says so.</summary>
    Warning,
}

/// <summary>A row. <paramref name="Key"/> is relative to the entry; empty blames the entry itself.</summary>
internal sealed record Rule<T>(Weight Weight, string Key, Func<T, RelayOptions, bool> Broken, Func<T, string> Sentence)
{
    public Rule(Weight weight, string key, Func<T, RelayOptions, bool> broken, string sentence)
        : this(weight, key, broken, _ => sentence)
    {
    }
}

internal readonly record struct Finding(Weight Weight, string Key, string Sentence);

/// <summary>A value and the key it stands at.</summary>
internal readonly record struct Entry<T>(string Key, T Value);

internal static class Entry
{
    public static IEnumerable<Entry<T>> Each<T>(string key, IEnumerable<T>? values) =>
        (values ?? []).Select((value, i) => new Entry<T>($"{key}[{i}]", value));

    public static Entry<T>[] One<T>(string key, T value) => [new Entry<T>(key, value)];

    public static IEnumerable<Finding> Apply<T>(this IEnumerable<Entry<T>> entries, Rule<T>[] table, RelayOptions options) =>
        from entry in entries
        from rule in table
        where rule.Broken(entry.Value, options)
        select new Finding(rule.Weight, Join(entry.Key, rule.Key), rule.Sentence(entry.Value));

    /// <summary>Whether an earlier entry of the list has the same name; names and addresses do not heed case.</summary>
    public static bool IsRepeated<T>(T entry, IEnumerable<T> all, Func<T, string> name)
        where T : class
    {
        var own = name(entry);
        return own.Length > 0 && !ReferenceEquals(entry, all.First(other => own.Equals(name(other), StringComparison.OrdinalIgnoreCase)));
    }

    public static bool Has(this IEnumerable<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string Join(string entry, string key) =>
        entry.Length == 0 ? key : key.Length == 0 ? entry : $"{entry}.{key}";
}
