using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>config/hverelay.json names every key at its default and nothing else, optional lines brought to life.</summary>
public sealed partial class ShippedConfigurationTests
{
    private static readonly string Shipped = RepositoryFiles.PathOf("config/hverelay.json");

    [Fact]
    public void It_loads_and_says_only_what_must_be_filled_in()
    {
        var loaded = Assert.IsType<ConfigurationReading.Loaded>(ConfigurationReader.Read(Shipped, new Dictionary<string, string>()));

        // Twice where every user of this machine may read it.
        Assert.Equal(["Hve.Accounts[0].Password"], loaded.Warnings.Select(warning => warning.Key).Distinct());
    }

    [Fact]
    public void It_lets_nobody_in_from_the_Internet()
    {
        var loaded = Assert.IsType<ConfigurationReading.Loaded>(ConfigurationReader.Read(Shipped, new Dictionary<string, string>()));

        Assert.All(loaded.Options.Clients!.SelectMany(client => client.Networks), network =>
        {
            Assert.True(NetworkText.TryRead(network, out var read, out _));
            Assert.False(NetworkText.IsPublic(read));
        });
        Assert.All(loaded.Options.Routes, route => Assert.Equal("Refuse", route.Via));
    }

    [Fact]
    public void The_one_for_Docker_lacks_only_the_secret()
    {
        var invalid = Assert.IsType<ConfigurationReading.Invalid>(
            ConfigurationReader.Read(RepositoryFiles.PathOf("deploy/docker/hverelay.json"), new Dictionary<string, string>()));

        Assert.Equal(["Hve.Accounts[0].PasswordFile"], invalid.Errors.Select(error => error.Key));
        Assert.Equal(["Web.Address"], invalid.Warnings.Select(warning => warning.Key));
    }

    [Fact]
    public void The_one_for_several_nodes_lacks_only_the_secrets()
    {
        var invalid = Assert.IsType<ConfigurationReading.Invalid>(
            ConfigurationReader.Read(RepositoryFiles.PathOf("deploy/docker/cluster/hverelay.json"), new Dictionary<string, string>()));

        Assert.Equal(
            ["Hve.Accounts[0].PasswordFile", "Queue.ConnectionStringFile"], invalid.Errors.Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["Web.Address"], invalid.Warnings.Select(warning => warning.Key));
    }

    [Fact]
    public void It_names_every_key_and_no_other() =>
        Assert.Equal(KeysOf(typeof(RelayOptions), string.Empty).Order(StringComparer.Ordinal), ShippedValues().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Its_values_are_the_defaults()
    {
        var shipped = ShippedValues();
        foreach (var (key, expected) in DefaultsOf(new RelayOptions(), string.Empty))
        {
            Assert.True(expected == shipped[key], $"{key} is {shipped[key]} and its default {expected}");
        }
    }

    [Fact]
    public void Its_optional_lines_can_be_brought_to_life()
    {
        using var directory = new TemporaryDirectory();
        var invalid = Assert.IsType<ConfigurationReading.Invalid>(
            ConfigurationReader.Read(directory.Write("hverelay.json", Revived()), new Dictionary<string, string>()));

        // All at once they exclude each other, name files that are not here, and ask for what later versions do.
        string[] expected = ["there is no file", "stands beside", "supported yet", "wants exactly one of"];
        Assert.All(invalid.Errors, error => Assert.Contains(expected, part => error.Sentence.Contains(part, StringComparison.Ordinal)));
    }

    private static string Revived() => OptionalLine().Replace(File.ReadAllText(Shipped), "${indent}");

    [GeneratedRegex("""^(?<indent> *)// (?=[ ,]*["{}\[\]])""", RegexOptions.Multiline, 1000)]
    private static partial Regex OptionalLine();

    /// <summary>The text of each key's first value, null where it is null or not a single one; entries of lists share a key.</summary>
    private static Dictionary<string, string?> ShippedValues()
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(
            Revived(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        Gather(document.RootElement, string.Empty, values);
        values.Remove("$schema");
        foreach (var foreign in values.Keys.Where(key => key.StartsWith("Serilog", StringComparison.Ordinal)).ToList())
        {
            values.Remove(foreign);
        }

        return values;
    }

    private static void Gather(JsonElement element, string key, Dictionary<string, string?> values)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                var inner = key.Length == 0 ? property.Name : $"{key}.{property.Name}";
                values.TryAdd(inner, property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null
                    ? null
                    : property.Value.ToString());
                Gather(property.Value, inner, values);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in element.EnumerateArray())
            {
                Gather(entry, key, values);
            }
        }
    }

    private static IEnumerable<string> KeysOf(Type type, string prefix) => Properties(type).SelectMany(property =>
        (string[])[prefix + property.Name, .. KeysOf(Inner(property.PropertyType), prefix + property.Name + ".")]);

    /// <summary>Of all keys whose default says something: an empty text stands there as an example of what it could be.</summary>
    private static IEnumerable<(string Key, string Value)> DefaultsOf(object options, string prefix)
    {
        foreach (var property in Properties(options.GetType()))
        {
            var inner = Inner(property.PropertyType);
            if (Properties(inner).Any())
            {
                foreach (var deeper in DefaultsOf(Activator.CreateInstance(inner)!, prefix + property.Name + "."))
                {
                    yield return deeper;
                }
            }
            else if (property.GetValue(options) is { } value and not (IEnumerable and not string) && value.ToString() is { Length: > 0 } text)
            {
                yield return (prefix + property.Name, text);
            }
        }
    }

    private static Type Inner(Type type) => type.IsGenericType ? type.GenericTypeArguments[0] : type;

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.Namespace == typeof(RelayOptions).Namespace && type.IsClass ? type.GetProperties().Where(property => property.CanWrite) : [];
}
