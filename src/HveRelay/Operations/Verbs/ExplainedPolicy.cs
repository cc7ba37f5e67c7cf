using System.CommandLine;
using System.Net;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Policy;

namespace HveRelay.Operations.Verbs;

/// <summary><c>check --explain IP [USER] [SENDER] [RECIPIENT]</c>: which entry of Clients decides, and what would happen.</summary>
internal static class ExplainedPolicy
{
    /// <summary>For what is not asked about.</summary>
    private const string Nothing = "-";

    public static Option<string[]> Option { get; } = new("--explain")
    {
        Description = "IP [USER] [SENDER] [RECIPIENT]: which entry of Clients decides, and what would happen; - leaves one out, <> is the null sender",
        Arity = new ArgumentArity(1, 4),
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>1 where it would be refused.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, ConfigurationReading.Loaded loaded)
    {
        var (question, fault) = Read(parsed.GetValue(Option)!, loaded.Options);
        if (question is null)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"--explain: {fault}");
            return ExitStatus.Wrong;
        }

        var steps = PolicyExplanation.Of(new RelayPolicy(loaded.Options), question);
        var refused = steps.Any(step => step.Refused);
        await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(Verb.Json)
            ? JsonText.Of(new { address = question.Address.ToString(), user = question.User, sender = question.Sender, recipient = question.Recipient, refused, steps })
            : string.Join(Environment.NewLine, steps.Select(step => $"{step.Step,-10} {step.Words}")));
        return refused ? ExitStatus.No : ExitStatus.Done;
    }

    /// <summary>The user may be left out: what has an @ and is no name of Users is the sender.</summary>
    private static (PolicyQuestion? Question, string? Fault) Read(string[] words, RelayOptions options)
    {
        if (!NetworkText.IsIpAddress(words[0]))
        {
            return (null, $"{words[0]} is no IP address");
        }

        var address = IPAddress.Parse(words[0]);
        var rest = words.AsSpan(1).ToArray().ToList();
        var hasUser = rest is [var first, ..]
            && (first == Nothing || !first.Contains('@', StringComparison.Ordinal) || options.Users.Exists(user => user.Name.Equals(first, StringComparison.OrdinalIgnoreCase)))
            && first != "<>";
        var (user, addresses) = hasUser ? (rest[0], rest[1..]) : (Nothing, rest);
        return addresses.Count > 2
            ? (null, $"{addresses[0]} is no user; IP [USER] [SENDER] [RECIPIENT]")
            : (new PolicyQuestion(
                address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Given(user), Given(addresses.ElementAtOrDefault(0))?.Trim('<', '>'), Given(addresses.ElementAtOrDefault(1))), null);
    }

    private static string? Given(string? word) => word is null or Nothing ? null : word;
}
