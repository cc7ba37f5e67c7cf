using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>Smarthosts, and the routes that lead to them.</summary>
internal static class RouteRules
{
    private const string Refuse = "Refuse";

    private static readonly Rule<SmarthostOptions>[] OfEachSmarthost =
    [
        new(Error, "Name", (s, _) => s.Name.Length == 0, "is missing; routes name a smarthost by it"),
        new(Error, "Name", (s, _) => IsRefuse(s.Name), "Refuse is the word of routes for no smarthost at all"),
        new(Error, "Name", (s, all) => Entry.IsRepeated(s, all.Smarthosts, x => x.Name), s => $"'{s.Name}' is the name of an earlier smarthost"),
        new(Error, "Host", (s, _) => s.Host.Length == 0, "is missing"),
        new(Error, "Host", (s, _) => s.Host.Length > 0 && !AddressText.IsHost(s.Host), s => HveRules.HostSentence(s.Host)),
        new(
            Error,
            "Password",
            (s, _) => !string.IsNullOrEmpty(s.Password) && s.Security == UpstreamSecurity.None,
            "would be sent in the clear: Security is None"),
        new(Error, "UserName", (s, _) => !string.IsNullOrEmpty(s.Password) && string.IsNullOrEmpty(s.UserName), "is missing beside Password"),
        new(Error, "Password", (s, _) => !string.IsNullOrEmpty(s.UserName) && string.IsNullOrEmpty(s.Password), "is missing beside UserName"),
    ];

    private static readonly Rule<RouteOptions>[] OfEachRoute =
    [
        new(Error, "Recipients", (r, _) => r.Recipients.Count == 0, "is empty; the route is for nobody"),
        new(
            Error,
            "Via",
            (r, all) => !IsRefuse(r.Via) && !all.Smarthosts.Select(s => s.Name).Has(r.Via),
            r => $"'{r.Via}' is neither Refuse nor the name of a smarthost"),
        new(
            Warning,
            string.Empty,
            (r, all) => all.Routes.TakeWhile(other => !ReferenceEquals(other, r)).Any(other => other.Recipients.Contains("*", StringComparer.Ordinal)),
            "is never reached: an earlier route takes every recipient"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.Each("Smarthosts", relay.Smarthosts).Apply(OfEachSmarthost, relay),
        .. Entry.Each("Routes", relay.Routes).SelectMany(route => OfOne(route, relay)),
    ];

    public static bool Refuses(RouteOptions route) => IsRefuse(route.Via);

    private static IEnumerable<Finding> OfOne(Entry<RouteOptions> route, RelayOptions relay) =>
    [
        .. Entry.One(route.Key, route.Value).Apply(OfEachRoute, relay),
        .. Entry.Each(route.Key + ".Recipients", route.Value.Recipients).Apply(ClientRules.OfEachPattern, relay),
    ];

    private static bool IsRefuse(string via) => via.Equals(Refuse, StringComparison.OrdinalIgnoreCase);
}
