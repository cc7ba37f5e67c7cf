using System.Net;

namespace HveRelay.Configuration.Rules;

/// <summary>
/// Entries of <c>Clients</c>, and networks of theirs, that can never decide, since the first match does. An earlier entry stands before
/// a later one where it asks for no login, or admits every user that the later one does.
/// </summary>
internal static class ClientReach
{
    /// <summary>The name of an earlier entry that takes the last of all its networks, or null where the entry can decide.</summary>
    public static ClientOptions? TakenBy(ClientOptions client, RelayOptions relay)
    {
        var earlier = Before(client, relay);
        return client.Networks.Count == 0
            ? earlier.Find(other => other.Networks.Count == 0)
            : client.Networks.Select(network => TakenBy(network, earlier)).Aggregate((all, next) => all is null ? null : next);
    }

    /// <summary>The earlier entry that takes one of its networks while the client has others, or null.</summary>
    public static ClientOptions? TakenBy(ClientOptions client, string network, RelayOptions relay) =>
        TakenBy(client, relay) is null ? TakenBy(network, Before(client, relay)) : null;

    private static ClientOptions? TakenBy(string network, List<ClientOptions> earlier) => NetworkText.TryRead(network, out var own, out _)
        ? earlier.Find(other => other.Networks.Count == 0 || Networks(other).Any(wider => NetworkText.Covers(wider, own)))
        : null;

    private static List<ClientOptions> Before(ClientOptions client, RelayOptions relay) =>
    [
        .. relay.Clients!
            .TakeWhile(other => !ReferenceEquals(other, client))
            .Where(other => other.Networks.Count + other.Users.Count > 0)
            .Where(other => other.Users.Count == 0 || (client.Users.Count > 0 && client.Users.TrueForAll(user => other.Users.Has(user)))),
    ];

    private static IEnumerable<IPNetwork> Networks(ClientOptions client)
    {
        foreach (var text in client.Networks)
        {
            if (NetworkText.TryRead(text, out var network, out _))
            {
                yield return network;
            }
        }
    }
}
