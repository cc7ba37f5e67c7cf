using System.Net;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

internal static class ListenerRules
{
    private static readonly Rule<RelayOptions>[] OfTheList =
    [
        new(Error, "Listeners", (relay, _) => relay.Listeners.Count == 0, "is empty; nothing could connect"),
    ];

    private static readonly Rule<ListenerOptions>[] OfEach =
    [
        new(Error, "Name", (l, _) => l.Name.Length == 0, "is missing; log and metrics know a listener by its name"),
        new(Error, "Name", (l, all) => Entry.IsRepeated(l, all.Listeners, x => x.Name), l => $"'{l.Name}' is the name of an earlier listener"),
        new(Error, "Port", (l, all) => EarlierOn(l, all) is not null, l => $"{l.Port} is taken by an earlier listener on the same address"),
        new(Warning, "MinimumTls", (l, _) => l is { MinimumTls: "1.3", Tls: ListenerTls.None }, "has no effect: with Tls None there is no TLS"),
        new(
            Warning,
            "MaxConnectionsPerClient",
            (l, _) => l.MaxConnectionsPerClient > l.MaxConnections,
            l => $"{l.MaxConnectionsPerClient} has no effect: MaxConnections is {l.MaxConnections}"),
    ];

    private static readonly Rule<string>[] OfEachProxy =
    [
        new(
            Warning,
            string.Empty,
            (text, _) => NetworkText.TryRead(text, out var network, out var _) && NetworkText.IsPublic(network),
            text => $"{text} is not private: from there anybody may say that he is one of Clients; name the proxies themselves"),
    ];

    private static readonly Rule<WebOptions>[] OfWeb =
    [
        new(
            Error,
            "Port",
            (web, all) => all.Listeners.Any(l => l.Port == web.Port && Overlap(l.Address, web.Address)),
            web => $"{web.Port} is taken by a listener on the same address"),
        new(
            Warning,
            "Address",
            (web, _) => web.Port != 0 && web.Users.Count == 0 && IPAddress.TryParse(web.Address, out var address) && !IPAddress.IsLoopback(address),
            web => $"{web.Address} lets anybody who reaches it read who writes to whom; set 127.0.0.1, or keep the port behind a firewall"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.One(string.Empty, relay).Apply(OfTheList, relay),
        .. Entry.Each("Listeners", relay.Listeners).SelectMany(listener => OfOne(listener, relay)),
    ];

    public static IEnumerable<Finding> OfTheWeb(RelayOptions relay) =>
    [
        .. Entry.One("Web", relay.Web).Apply(OfWeb, relay),
        .. Entry.Each("Web.Users", relay.Web.Users).Apply(UserRules.OfEachMention, relay),
    ];

    private static IEnumerable<Finding> OfOne(Entry<ListenerOptions> listener, RelayOptions relay) =>
    [
        .. Entry.One(listener.Key, listener.Value).Apply(OfEach, relay),
        .. Entry.Each(listener.Key + ".TrustedProxies", listener.Value.TrustedProxies).Apply(OfEachProxy, relay),
    ];

    private static ListenerOptions? EarlierOn(ListenerOptions listener, RelayOptions relay) => relay.Listeners
        .TakeWhile(other => !ReferenceEquals(other, listener))
        .FirstOrDefault(other => other.Port == listener.Port && Overlap(other.Address, listener.Address));

    // [::] takes the IPv4 addresses too: Kestrel binds it for both.
    private static bool Overlap(string one, string other) =>
        !IPAddress.TryParse(one, out var left) || !IPAddress.TryParse(other, out var right) || left.Equals(right)
        || left.Equals(IPAddress.IPv6Any) || right.Equals(IPAddress.IPv6Any)
        || (left.AddressFamily == right.AddressFamily && (left.Equals(IPAddress.Any) || right.Equals(IPAddress.Any)));
}
