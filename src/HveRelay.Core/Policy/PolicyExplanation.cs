using System.Net;

namespace HveRelay.Policy;

/// <summary>A question as a person asks it. What is null is not asked about.</summary>
/// <param name="User">Who has logged in, or null.</param>
public sealed record PolicyQuestion(IPAddress Address, string? User, string? Sender, string? Recipient);

/// <summary>What the relay would say at one step.</summary>
/// <param name="Step">connect, auth, entry, tls, sender, recipient or limits.</param>
/// <param name="Refused">The dialogue ends here.</param>
public sealed record PolicyStep(string Step, string Words, bool Refused = false);

/// <summary>
/// What <see cref="RelayPolicy"/> would do, step by step, and which entry of <c>Clients</c> decides. Asks the policy itself, so that it
/// says nothing else than a session meets.
/// </summary>
public static class PolicyExplanation
{
    public static IReadOnlyList<PolicyStep> Of(RelayPolicy policy, PolicyQuestion question)
    {
        var steps = new List<PolicyStep>();
        if (policy.FindByAddress(question.Address) is not { } nearest)
        {
            return [new PolicyStep("connect", $"554 5.7.1: no entry of Clients covers {question.Address}", Refused: true)];
        }

        steps.Add(new PolicyStep("connect", $"220: {Named(policy, nearest)} covers {question.Address}{By(nearest, question.Address)}"));
        if (question.User is not null && !policy.OffersAuth(question.Address, tls: false))
        {
            var isOffered = policy.OffersAuth(question.Address, tls: true);
            steps.Add(isOffered
                ? new PolicyStep("auth", "538 5.7.11 at AUTH without TLS; with TLS as follows")
                : new PolicyStep("auth", $"502 5.5.1 at AUTH: no entry that covers {question.Address} has users", Refused: true));
            if (!isOffered)
            {
                return steps;
            }
        }

        steps.AddRange(PassedOver(policy, question));
        if (policy.Find(question.Address, question.User) is not { } client)
        {
            steps.Add(question.User is null
                ? new PolicyStep("entry", $"530 5.7.0 at MAIL: a login is needed, as {string.Join(" or ", UsersFor(policy, question.Address))}", Refused: true)
                : new PolicyStep("entry", $"550 5.7.1 at MAIL: no entry that covers {question.Address} admits {question.User}", Refused: true));
            return steps;
        }

        steps.Add(new PolicyStep("entry", $"{Named(policy, client)} decides"));
        if (client.RequireTls)
        {
            steps.Add(new PolicyStep("tls", "530 5.7.0 at MAIL without TLS; with TLS as follows"));
        }

        if (question.Sender is { } given)
        {
            var sender = policy.Short.Sender(given);
            var refusal = RelayPolicy.RefuseSender(client, sender);
            steps.Add(new PolicyStep("sender", refusal?.Reply.ToString() ?? $"250: may send as {(sender.Length == 0 ? "<>" : sender)}", refusal is not null));
            if (refusal is not null)
            {
                return steps;
            }
        }

        if (question.Recipient is { } named)
        {
            var recipient = policy.Short.Recipient(named);
            var decision = policy.Decide(client, recipient, accepted: 0);
            steps.Add(decision.Refusal is { } reply
                ? new PolicyStep("recipient", reply.ToString(), Refused: true)
                : new PolicyStep("recipient", $"250: {recipient} leaves by {decision.Lane.Words}"));
        }

        steps.Add(new PolicyStep("limits", LimitsOf(policy, client)));
        return steps;
    }

    /// <summary>Entries that cover the address, come before the one that decides, and do not admit the user.</summary>
    private static IEnumerable<PolicyStep> PassedOver(RelayPolicy policy, PolicyQuestion question)
    {
        var decides = policy.Find(question.Address, question.User);
        return policy.Clients
            .TakeWhile(client => client != decides)
            .Where(client => client.Covers(question.Address))
            .Select(client => new PolicyStep(
                "entry",
                $"{Named(policy, client)} is passed over: it is for {string.Join(", ", client.Users)}, "
                + (question.User is null ? "and nobody has logged in" : $"and not for {question.User}")));
    }

    private static IEnumerable<string> UsersFor(RelayPolicy policy, IPAddress address) =>
        policy.Clients.Where(client => client.Covers(address)).SelectMany(client => client.Users).Distinct(StringComparer.OrdinalIgnoreCase);

    private static string Named(RelayPolicy policy, ClientRule client)
    {
        var index = policy.Clients.TakeWhile(each => each != client).Count();
        return $"Clients[{index}] '{client.Name}'";
    }

    private static string By(ClientRule client, IPAddress address) =>
        client.NetworkOf(address) is { } network ? $" by {network}" : ", as it does any address";

    private static string LimitsOf(RelayPolicy policy, ClientRule client) => string.Join(", ", new[]
    {
        $"priority {client.Priority}",
        $"at most {client.MaxRecipients} recipients a message",
        $"{policy.MaxMessageBytes(client)} octets",
        client.MessagesPerMinute > 0 ? $"{client.MessagesPerMinute} messages a minute" : "no limit of messages a minute",
    });
}
