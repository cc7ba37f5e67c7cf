using System.Collections;
using System.Reflection;
using HveRelay.Configuration;
using HveRelay.Files;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Walks the sections and the options side by side, once, and gathers every error. What cannot be read keeps its default, so that
/// the rules across keys can still be tried on the rest.
/// </summary>
/// <param name="file">The file alone, without the environment: to tell which of the two an unknown key comes from.</param>
/// <param name="directory">Absolute; relative paths are relative to it.</param>
internal sealed class ConfigurationWalk(IConfiguration file, EnvironmentKeys environment, string directory)
{
    /// <summary>Not ours to judge: Serilog reads its own section, and editors read $schema.</summary>
    private static readonly string[] Foreign = ["Serilog", "$schema"];

    private readonly List<ConfigurationError> _errors = [];

    private readonly List<ConfigurationWarning> _warnings = [];

    public IReadOnlyList<ConfigurationError> Errors => _errors;

    public IReadOnlyList<ConfigurationWarning> Warnings => _warnings;

    /// <summary>A secret that the file itself gives, and not a file beside it or the environment.</summary>
    public string? SecretKey { get; private set; }

    public RelayOptions Read(IConfiguration root)
    {
        var relay = new RelayOptions();
        Fill(relay, root, string.Empty);
        return relay;
    }

    private void Fill(object options, IConfiguration section, string key)
    {
        var properties = OptionKeys.Of(options.GetType());
        var children = section.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var stranger in children.Values.Where(child => !properties.Any(property => IsNamed(property, child.Key))))
        {
            if (key.Length > 0 || !Foreign.Contains(stranger.Key, StringComparer.OrdinalIgnoreCase))
            {
                BlameStranger(options.GetType(), stranger, key);
            }
        }

        foreach (var property in properties)
        {
            if (children.TryGetValue(property.Name, out var child)
                && Value(property, property.PropertyType, child, Join(key, property.Name)) is { } value)
            {
                property.SetValue(options, value);
            }
            else if (property.IsDefined(typeof(PathValueAttribute)) && property.GetValue(options) is string { Length: > 0 } path)
            {
                property.SetValue(options, Absolute(path));
            }
        }

        ReadSecrets(options, properties, key);
    }

    /// <summary>Null where there is an error.</summary>
    private object? Value(PropertyInfo property, Type type, IConfigurationSection section, string key)
    {
        if (OptionKeys.IsList(type))
        {
            return List(property, type, section, key);
        }

        var nested = section.GetChildren().Any();
        if (OptionKeys.IsObject(type))
        {
            if (section.Value is not null)
            {
                return Blame(key, section, "is not an object; write { … }");
            }

            var inner = Activator.CreateInstance(type)!;
            Fill(inner, section, key);
            return inner;
        }

        if (nested || section.Value is null)
        {
            return Blame(key, section, "is one value, not a list or an object");
        }

        if (!ConfigurationValue.TryRead(property, type, section.Value, out var value, out var sentence))
        {
            return Blame(key, section, sentence);
        }

        if (SecretKey is null && value is string { Length: > 0 } && property.IsDefined(typeof(SecretAttribute)) && environment.VariableOf(section.Path) is null)
        {
            SecretKey = key;
        }

        return value is string { Length: > 0 } path && property.IsDefined(typeof(PathValueAttribute)) ? Absolute(path) : value;
    }

    private object? List(PropertyInfo property, Type type, IConfigurationSection section, string key)
    {
        var children = section.GetChildren().ToList();
        if (!string.IsNullOrEmpty(section.Value))
        {
            return Blame(key, section, environment.VariableOf(section.Path) is null
                ? "is not a list; write [ … ]"
                : $"is a list; name its entries by number, as in {EnvironmentKeys.NameOf(section.Path)}__0");
        }

        if (section.Value is null && !children.Exists(child => int.TryParse(child.Key, out _)))
        {
            return Blame(key, section, "is not a list; write [ … ]");
        }

        var list = (IList)Activator.CreateInstance(type)!;
        var entryType = type.GenericTypeArguments[0];
        for (var i = 0; i < children.Count; i++)
        {
            var child = children[i];
            if (!child.Key.Equals(i.ToString(), StringComparison.Ordinal))
            {
                Blame(EnvironmentName(child.Path), child, $"names entry '{child.Key}' of a list of {i}; the next one is {i}");
                break;
            }

            // An entry that cannot be read keeps its place, or the errors that follow would count wrongly.
            list.Add(Value(property, entryType, child, $"{key}[{i}]") ?? Nothing(entryType));
        }

        return list;
    }

    private void ReadSecrets(object options, IReadOnlyList<PropertyInfo> properties, string key)
    {
        foreach (var property in properties)
        {
            if (OptionKeys.SecretOf(property) is not { } secret || property.GetValue(options) is not string { Length: > 0 } path)
            {
                continue;
            }

            if (secret.GetValue(options) is string { Length: > 0 })
            {
                _errors.Add(new ConfigurationError(Join(key, property.Name), $"stands beside {secret.Name}; give one of them"));
            }
            else if (SecretFile.TryRead(path, out var text, out var sentence))
            {
                secret.SetValue(options, text);
                if (SecretFile.OpenToAll(Join(key, property.Name), path) is { } open)
                {
                    _warnings.Add(open);
                }
            }
            else
            {
                _errors.Add(new ConfigurationError(Join(key, property.Name), sentence));
            }
        }
    }

    private void BlameStranger(Type type, IConfigurationSection stranger, string key)
    {
        var meant = OptionKeys.Nearest(type, stranger.Key);
        foreach (var variable in environment.VariablesUnder(stranger.Path))
        {
            _errors.Add(new ConfigurationError(
                variable,
                "is an environment variable that names no key" + (stranger.Key.Contains('_', StringComparison.Ordinal)
                    ? "; two underscores part the levels"
                    : DidYouMean(meant))));
        }

        var parent = key.Length == 0 ? file : file.GetSection(ConfigurationPath.GetParentPath(stranger.Path)!);
        if (parent.GetChildren().Any(child => child.Key.Equals(stranger.Key, StringComparison.OrdinalIgnoreCase)))
        {
            _errors.Add(new ConfigurationError(Join(key, stranger.Key), "is no key" + DidYouMean(meant)));
        }
    }

    private object? Blame(string key, IConfigurationSection section, string sentence)
    {
        var variable = environment.VariableOf(section.Path);
        _errors.Add(new ConfigurationError(key, variable is null || variable.Equals(key, StringComparison.Ordinal) ? sentence : $"{sentence} (from {variable})"));
        return null;
    }

    private static object Nothing(Type type) => type == typeof(string) ? string.Empty : Activator.CreateInstance(type)!;

    private string EnvironmentName(string path) => environment.VariablesUnder(path).FirstOrDefault() ?? EnvironmentKeys.NameOf(path);

    private string Absolute(string path) => Path.GetFullPath(path, directory);

    private static string DidYouMean(string? meant) => meant is null ? string.Empty : $"; did you mean {meant}?";

    private static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";

    private static bool IsNamed(PropertyInfo property, string name) => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
