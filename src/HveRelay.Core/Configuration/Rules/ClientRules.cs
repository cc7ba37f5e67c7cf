using HveRelay.Smtp.Message;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

internal static class ClientRules
{
    /// <summary>For a pattern in a list of patterns.</summary>
    public static readonly Rule<string>[] OfEachPattern =
    [
        new(
            Error,
            string.Empty,
            (pattern, _) => !AddressText.IsPattern(pattern),
            pattern => AddressText.IsPattern("*@" + pattern.TrimStart('@'))
                ? $"'{pattern}' would match nothing; write *@{pattern.TrimStart('@')}"
                : $"'{pattern}' is no pattern of an address, such as *@contoso.com"),
    ];

    /// <summary>A domain that no recipient is taken for makes the pattern one that can never match.</summary>
    private static readonly Rule<string>[] OfEachRecipient =
    [
        new(
            Warning,
            string.Empty,
            (pattern, all) => AddressText.IsPattern(pattern)
                && !AddressText.DomainOf(pattern).Contains('*', StringComparison.Ordinal)
                && HveRules.IsForeign(pattern, all)
                && all.Routes.TrueForAll(RouteRules.Refuses),
            pattern => $"'{pattern}' never lets anything through: its domain is not among Hve.AcceptedDomains"),
    ];

    private static readonly Rule<RelayOptions>[] OfTheList =
    [
        new(Warning, "Clients", (relay, _) => relay.Clients is null, "is absent: any client that reaches a listener may send"),
        new(Warning, "Clients", (relay, _) => relay.Clients is { Count: 0 }, "is empty: every client is refused"),
    ];

    private static readonly Rule<ClientOptions>[] OfEach =
    [
        new(Error, "Name", (c, _) => c.Name.Length == 0, "is missing; log, metrics and queue know a client by its name"),
        new(Error, "Name", (c, all) => Entry.IsRepeated(c, all.Clients!, x => x.Name), c => $"'{c.Name}' is the name of an earlier client"),
        new(
            Error,
            string.Empty,
            (c, _) => c.Networks.Count == 0 && c.Users.Count == 0,
            "has neither Networks nor Users and would let anybody in"),
        new(
            Warning,
            string.Empty,
            (c, all) => ClientReach.TakenBy(c, all) is not null,
            "is never reached: an earlier client takes all its networks, and the first match decides"),
        new(
            Warning,
            "RequireTls",
            (c, all) => c.RequireTls && all.Listeners.Count > 0 && all.Listeners.All(l => l.Tls == ListenerTls.None),
            "keeps this client out: no listener offers TLS"),
        new(
            Error,
            "Account",
            (c, all) => c.Account.Length > 0 && !all.Hve.Accounts.Select(account => account.Address).Has(c.Account),
            c => $"'{c.Account}' is not among Hve.Accounts"),
        new(
            Warning,
            "MaxMessageBytes",
            (c, all) => c.MaxMessageBytes > all.Hve.MaxMessageBytes && all.Smarthosts.TrueForAll(s => c.MaxMessageBytes > s.MaxMessageBytes),
            c => $"{c.MaxMessageBytes} is above Hve.MaxMessageBytes: HVE would refuse such messages"),
        new(
            Error,
            "Charset",
            (c, _) => c.Charset.Length > 0 && !Charsets.IsKnown(c.Charset),
            c => $"'{c.Charset}' is no character set that .NET knows, such as utf-8, windows-1252 or shift_jis"),
    ];

    private static readonly Rule<(ClientOptions Client, string Network)>[] OfEachNetwork =
    [
        new(
            Warning,
            string.Empty,
            (x, _) => x.Client.Users.Count == 0 && NetworkText.TryRead(x.Network, out var network, out var _) && NetworkText.IsPublic(network),
            x => $"{x.Network} is not private: from there anybody may send without logging in"),
        new(
            Warning,
            string.Empty,
            (x, all) => ClientReach.TakenBy(x.Client, x.Network, all) is not null,
            x => $"{x.Network} is never reached: an earlier client takes it, and the first match decides"),
    ];

    /// <summary>Where no listener has TLS, a rule above says so once.</summary>
    private static readonly Rule<(ClientOptions Client, ListenerOptions Listener)>[] OnEachListener =
    [
        new(
            Warning,
            "Users",
            (x, all) => x.Client is { Users.Count: > 0, RequireTls: true } && x.Listener.Tls == ListenerTls.None
                && all.Listeners.Any(l => l.Tls != ListenerTls.None),
            x => $"cannot log in on listener '{x.Listener.Name}': there is no TLS there, which this client requires, so AUTH is not offered to it"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.One(string.Empty, relay).Apply(OfTheList, relay),
        .. Entry.Each("Clients", relay.Clients).SelectMany(client => OfOne(client, relay)),
    ];

    private static IEnumerable<Finding> OfOne(Entry<ClientOptions> client, RelayOptions relay) =>
    [
        .. Entry.One(client.Key, client.Value).Apply(OfEach, relay),
        .. relay.Listeners.SelectMany(listener => Entry.One(client.Key, (client.Value, listener)).Apply(OnEachListener, relay)),
        .. Entry.Each(client.Key + ".Networks", client.Value.Networks.Select(network => (client.Value, network))).Apply(OfEachNetwork, relay),
        .. Entry.Each(client.Key + ".Users", client.Value.Users).Apply(UserRules.OfEachMention, relay),
        .. Entry.Each(client.Key + ".Senders", client.Value.Senders).Apply(OfEachPattern, relay),
        .. Entry.Each(client.Key + ".Recipients", client.Value.Recipients).Apply(OfEachPattern, relay),
        .. Entry.Each(client.Key + ".Recipients", client.Value.Recipients).Apply(OfEachRecipient, relay),
        .. NoticeRules.Of(Entry.Each(client.Key + ".NotifyOnFailure", client.Value.NotifyOnFailure), relay),
    ];
}
