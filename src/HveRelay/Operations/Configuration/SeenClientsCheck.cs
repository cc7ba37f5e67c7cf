using System.Globalization;
using System.Net;
using HveRelay.Configuration;
using HveRelay.Policy;
using HveRelay.Queue;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Clients that have sent mail and that this configuration would send away: what a change breaks is to be known before the devices
/// find it out. Asks for address and login as they were last seen; senders and recipients change with every message.
/// </summary>
internal static class SeenClientsCheck
{
    /// <summary>Who was seen longer ago than that has gone.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromDays(30);

    private const int MostTold = 20;

    public static IReadOnlyList<ConfigurationWarning> Of(RelayOptions options, IReadOnlyList<ClientSighting> seen, DateTimeOffset now)
    {
        var policy = new RelayPolicy(options);
        var users = new HashSet<string>(options.Users.Select(user => user.Name), StringComparer.OrdinalIgnoreCase);
        var refused = seen
            .Where(client => client.Messages > 0 && client.LastSeen >= now - Lately && IPAddress.TryParse(client.Address, out _))
            .Select(client => (Client: client, Why: Refusal(policy, users, client)))
            .Where(each => each.Why is not null)
            .OrderByDescending(each => each.Client.Messages)
            .ToList();
        return
        [
            .. refused.Take(MostTold).Select(each => new ConfigurationWarning("Clients", Sentence(each.Client, each.Why!))),
            .. refused.Count > MostTold
                ? [new ConfigurationWarning("Clients", $"and {refused.Count - MostTold} more clients that have sent mail would be refused")]
                : Array.Empty<ConfigurationWarning>(),
        ];
    }

    private static string Sentence(ClientSighting client, string why)
    {
        var day = client.LastSeen.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var name = client.HelloName.Length > 0 ? $" ({client.HelloName})" : string.Empty;
        var messages = client.Messages == 1 ? "1 message" : $"{client.Messages} messages";
        return $"{client.Address}{name}, last seen {day} with {messages} as '{client.Client}', would be refused: {why}";
    }

    private static string? Refusal(RelayPolicy policy, HashSet<string> users, ClientSighting client)
    {
        var address = IPAddress.Parse(client.Address);
        if (policy.FindByAddress(address) is null)
        {
            return "no entry covers it";
        }

        if (client.User is { } gone && !users.Contains(gone))
        {
            return $"its login {gone} is not among Users";
        }

        return policy.Find(address, client.User) switch
        {
            null when client.User is { } user => $"no entry that covers it admits {user}",
            null => "it does not log in, and has to",
            { RequireTls: true } rule when client.Tls is null => $"'{rule.Name}' requires TLS, and it came without",
            _ => null,
        };
    }
}
