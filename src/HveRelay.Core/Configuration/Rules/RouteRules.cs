using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>The routes that lead to smarthosts.</summary>
internal static class RouteRules
{
    private const string Refuse = "Refuse";

    private static readonly Rule<RouteOptions>[] OfEachRoute =
    [
        new(Error, "Recipients", (r, _) => r.Recipients.Count == 0, "is empty; the route is for nobody"),
        new(
            Error,
            "Via",
            (r, all) => !IsRefuse(r.Via) && Named(r.Via, all) is null,
            r => $"'{r.Via}' is neither Refuse nor the name of a smarthost"),
        new(
            Warning,
            string.Empty,
            (r, all) => all.Routes.TakeWhile(other => !ReferenceEquals(other, r)).Any(other => other.Recipients.Contains("*", StringComparer.Ordinal)),
            "is never reached: an earlier route takes every recipient"),
    ];

    private static readonly Rule<SmarthostOptions>[] OfEachSmarthost =
    [
        new(
            Warning,
            string.Empty,
            (s, all) => s.Name.Length > 0 && !all.Routes.Select(route => route.Via).Append(all.Hve.OversizeVia).Has(s.Name),
            "is never used: neither Routes nor Hve.OversizeVia leads to it"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.Each("Routes", relay.Routes).SelectMany(route => OfOne(route, relay)),
        .. Entry.Each("Smarthosts", relay.Smarthosts).Apply(OfEachSmarthost, relay),
    ];

    public static bool Refuses(RouteOptions route) => IsRefuse(route.Via);

    public static bool IsRefuse(string via) => via.Equals(Refuse, StringComparison.OrdinalIgnoreCase);

    /// <summary>The smarthost of that name, or null.</summary>
    public static SmarthostOptions? Named(string name, RelayOptions relay) =>
        relay.Smarthosts.Find(smarthost => name.Length > 0 && smarthost.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Finding> OfOne(Entry<RouteOptions> route, RelayOptions relay) =>
    [
        .. Entry.One(route.Key, route.Value).Apply(OfEachRoute, relay),
        .. Entry.Each(route.Key + ".Recipients", route.Value.Recipients).Apply(ClientRules.OfEachPattern, relay),
    ];
}
