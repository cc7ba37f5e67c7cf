using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>Whatever stands in the file, the answer is a sentence and not an exception.</summary>
public sealed class DamagedConfigurationTests : IDisposable
{
    private static readonly string[] Oddities =
    [
        "null", "{}", "[]", "[[]]", "[null]", "[{}]", "{\"0\":1}", "{\"\":1}", "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "-1", "0", "1e400",
        "9223372036854775808", "true", "\"00:00:00\"", "\"*\"", "\"::/0\"", "\"a@b\"", "\"10675199.02:48:05\"",
    ];

    private static readonly string Shipped = File.ReadAllText(RepositoryFiles.PathOf("config/hverelay.json"));
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_that_is_cut_off_is_refused_wherever_the_cut_is()
    {
        var end = Shipped.LastIndexOf('}');
        for (var cut = 0; cut <= end; cut++)
        {
            var errors = new List<ConfigurationError>();
            Assert.Null(ConfigurationText.Clean("hverelay.json", Shipped[..cut], errors));
            Assert.Single(errors);
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Any_value_in_any_place_is_taken_or_refused(string odd)
    {
        foreach (var text in Variants(odd))
        {
            var report = ConfigurationCheckRun.Run(_directory.Write("hverelay.json", text), new Dictionary<string, string>(), new ManualClock());

            Assert.DoesNotContain(report.Errors, error => error.ToString().Contains('\n', StringComparison.Ordinal));
        }
    }

    public static TheoryData<string> Values { get; } = [.. Oddities];

    /// <summary>The shipped file, each of its values in turn replaced.</summary>
    private static IEnumerable<string> Variants(string odd)
    {
        const string Mark = "REPLACED";
        var tree = JsonNode.Parse(Shipped, null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        foreach (var path in Paths(tree))
        {
            var copy = tree.DeepClone();
            var parent = path[..^1].Aggregate(copy, (node, step) => step is int i ? node[i]! : node[(string)step]!);
            if (path[^1] is int index)
            {
                parent[index] = Mark;
            }
            else
            {
                parent[(string)path[^1]] = Mark;
            }

            yield return copy.ToJsonString().Replace($"\"{Mark}\"", odd, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node)
    {
        IEnumerable<(object Step, JsonNode? Value)> children = node switch
        {
            JsonObject keys => keys.Select(pair => ((object)pair.Key, pair.Value)),
            JsonArray entries => entries.Select((entry, i) => ((object)i, entry)),
            _ => [],
        };
        return children.SelectMany(child => (object[][])[[child.Step], .. Paths(child.Value).Select(rest => (object[])[child.Step, .. rest])]);
    }
}
