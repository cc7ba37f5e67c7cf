using System.Reflection;
using System.Text.Json.Nodes;
using HveRelay.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>config/hverelay.schema.json says of every key what the code says, and of no other.</summary>
public sealed class SchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(RepositoryFiles.PathOf("config/hverelay.schema.json")))!;

    public static TheoryData<Type> Classes { get; } =
        [.. typeof(RelayOptions).Assembly.GetTypes().Where(type => type.Namespace == typeof(RelayOptions).Namespace && type.Name.EndsWith("Options", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Has_the_keys_of(Type type)
    {
        var keys = Properties(Node(type)).Select(pair => pair.Key);
        if (type == typeof(RelayOptions))
        {
            keys = keys.Except(["$schema", "Serilog"], StringComparer.Ordinal);
        }

        Assert.Equal(Keys(type).Select(property => property.Name), keys);
        Assert.False((bool)Node(type)["additionalProperties"]!);
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Says_of_each_key_what_the_code_says(Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        foreach (var property in Keys(type))
        {
            var node = Node(type)["properties"]![property.Name]!;
            var nullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            var list = property.PropertyType.IsGenericType;
            var inner = list ? property.PropertyType.GenericTypeArguments[0] : property.PropertyType;

            Assert.False(string.IsNullOrWhiteSpace((string?)node["description"]), $"{type.Name}.{property.Name} has no description");
            Assert.Equal(nullable, Allows(node, "null"));
            Assert.Equal(list, Allows(node, "array"));
            AssertType(inner, property, list ? node["items"]! : node);
            Assert.Equal(Default(property, defaults), node["default"]?.ToJsonString() ?? (IsObject(inner) && !list && !nullable ? "{}" : "null"));
        }
    }

    private static void AssertType(Type type, PropertyInfo property, JsonNode node)
    {
        if (IsObject(type))
        {
            Assert.Contains($"\"#/definitions/{type.Name}\"", node.ToJsonString(), StringComparison.Ordinal);
            return;
        }

        var words = type.IsEnum ? Enum.GetNames(type) : property.GetCustomAttribute<OneOfAttribute>()?.Values;
        Assert.Equal(words, node["enum"]?.AsArray().Select(word => (string)word!));
        var range = property.GetCustomAttribute<WithinAttribute>();
        Assert.Equal((range?.Least, range?.Most), ((long?)node["minimum"], (long?)node["maximum"]));
        if (words is null)
        {
            Assert.True(Allows(node, type == typeof(bool) ? "boolean" : type == typeof(int) || type == typeof(long) ? "integer" : "string"), property.Name);
        }
    }

    private static string Default(PropertyInfo property, object defaults) => property.GetValue(defaults) switch
    {
        null => "null",
        List<TimeSpan> => new JsonArray([.. QueueOptions.DefaultRetrySchedule.Select(wait => (JsonNode)wait.ToString())]).ToJsonString(),
        List<string> texts => new JsonArray([.. texts.Select(text => (JsonNode)text)]).ToJsonString(),
        bool truth => truth ? "true" : "false",
        int or long => property.GetValue(defaults)!.ToString()!,
        string or TimeSpan or Enum => JsonValue.Create(property.GetValue(defaults)!.ToString())!.ToJsonString(),
        System.Collections.IList => "[]",
        _ => "{}",
    };

    private static bool Allows(JsonNode node, string type) => node["type"] switch
    {
        JsonArray several => several.Any(one => (string)one! == type),
        { } one => (string)one! == type,
        null => type is "null" && node["anyOf"] is JsonArray any && any.Any(one => (string?)one!["type"] == type),
    };

    private static JsonNode Node(Type type) => type == typeof(RelayOptions) ? Schema : Schema["definitions"]![type.Name]!;

    private static JsonObject Properties(JsonNode node) => node["properties"]!.AsObject();

    private static IEnumerable<PropertyInfo> Keys(Type type) => type.GetProperties().Where(property => property.CanWrite);

    private static bool IsObject(Type type) => type.IsClass && type != typeof(string);
}
