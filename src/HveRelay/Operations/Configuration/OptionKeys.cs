using System.Reflection;
using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>What the classes of <see cref="RelayOptions"/> say about their keys, in the order in which they stand there.</summary>
internal static class OptionKeys
{
    private static readonly Lazy<ILookup<string, string>> Everywhere =
        new(() => Walk(typeof(RelayOptions), string.Empty).ToLookup(key => key[(key.LastIndexOf('.') + 1)..], StringComparer.OrdinalIgnoreCase));

    public static IReadOnlyList<PropertyInfo> Of(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)];

    public static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);

    public static bool IsObject(Type type) => type.IsClass && type != typeof(string) && !IsList(type);

    /// <summary>The [Secret] X that an XFile stands for, or null.</summary>
    public static PropertyInfo? SecretOf(PropertyInfo file) =>
        file.Name.EndsWith("File", StringComparison.Ordinal)
        && file.DeclaringType!.GetProperty(file.Name[..^"File".Length]) is { } secret
        && secret.IsDefined(typeof(SecretAttribute))
            ? secret
            : null;

    /// <summary>What somebody who wrote <paramref name="name"/> in an object of this type may have meant, or null.</summary>
    public static string? Nearest(Type type, string name)
    {
        var near = Of(type)
            .Select(property => (property.Name, Distance: Distance(property.Name, name)))
            .Where(known => known.Distance <= Math.Max(1, Math.Min(known.Name.Length, name.Length) / 3) || IsShort(name, known.Name))
            .OrderBy(known => known.Distance)
            .Select(known => known.Name)
            .FirstOrDefault();
        var elsewhere = Everywhere.Value[name].ToList();
        return near ?? (elsewhere.Count == 1 ? elsewhere[0] : null);
    }

    private static IEnumerable<string> Walk(Type type, string prefix)
    {
        foreach (var property in Of(type))
        {
            var list = IsList(property.PropertyType);
            var inner = list ? property.PropertyType.GenericTypeArguments[0] : property.PropertyType;
            var key = prefix + property.Name;
            yield return key;
            foreach (var deeper in IsObject(inner) ? Walk(inner, key + (list ? "[…]." : ".")) : [])
            {
                yield return deeper;
            }
        }
    }

    /// <summary>MinTls for MinimumTls: its letters, in their order, some left out.</summary>
    private static bool IsShort(string name, string known)
    {
        var found = 0;
        foreach (var letter in known)
        {
            found += found < name.Length && char.ToUpperInvariant(letter) == char.ToUpperInvariant(name[found]) ? 1 : 0;
        }

        return name.Length > 3 && found == name.Length;
    }

    /// <summary>Letters to add, leave out, change or swap with their neighbour; case does not count.</summary>
    private static int Distance(string left, string right)
    {
        var (a, b) = (left.ToUpperInvariant(), right.ToUpperInvariant());
        var steps = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                steps[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(
                        Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1,
                        steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }

        return steps[a.Length, b.Length];
    }
}
