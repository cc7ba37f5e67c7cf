using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>Each smarthost by itself: where it is, how it knows us, as whom it sends, and how much.</summary>
internal static class SmarthostRules
{
    private static readonly Rule<SmarthostOptions>[] OfEach =
    [
        new(Error, "Name", (s, _) => s.Name.Length == 0, "is missing; routes name a smarthost by it"),
        new(
            Error,
            "Name",
            (s, _) => s.Name.Length > 0 && !s.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'),
            s => $"'{s.Name}' may have letters, digits, hyphens, dots and underscores: log and metrics know it beside the accounts"),
        new(Error, "Name", (s, _) => RouteRules.IsRefuse(s.Name), "Refuse is the word of routes for no smarthost at all"),
        new(Error, "Name", (s, all) => Entry.IsRepeated(s, all.Smarthosts, x => x.Name), s => $"'{s.Name}' is the name of an earlier smarthost"),
        new(Error, "Host", (s, _) => s.Host.Length == 0, "is missing"),
        new(Error, "Host", (s, _) => s.Host.Length > 0 && !AddressText.IsHost(s.Host), s => HveRules.HostSentence(s.Host)),

        // How it knows us
        new(Error, "Password", (s, _) => HasPassword(s) && s.Security == UpstreamSecurity.None, "would be sent in the clear: Security is None"),
        new(Error, "OAuth", (s, _) => s.OAuth is not null && s.Security == UpstreamSecurity.None, "would send its token in the clear: Security is None"),
        new(Error, "OAuth", (s, _) => s.OAuth is not null && HasPassword(s), "stands beside a password; a smarthost logs in one way"),
        new(
            Error,
            "UserName",
            (s, _) => (HasPassword(s) || s.OAuth is not null) && string.IsNullOrEmpty(s.UserName),
            s => $"is missing beside {(s.OAuth is null ? "Password" : "OAuth")}"),
        new(
            Error,
            "Password",
            (s, _) => !string.IsNullOrEmpty(s.UserName) && !HasPassword(s) && s.OAuth is null,
            "is missing beside UserName"),
        new(Error, "ClientCertificate.File", (s, _) => s.ClientCertificate is { } own && string.IsNullOrEmpty(own.File), "is missing"),
        new(
            Error,
            "ClientCertificate",
            (s, _) => s.ClientCertificate is not null && s.Security == UpstreamSecurity.None,
            "is never shown: Security is None, and there is no TLS to show it in"),
        new(Warning, "Password", (s, _) => s.Password is HveRules.ExamplePassword, "is still the one of the example"),

        // As whom it sends
        new(
            Error,
            "Address",
            (s, all) => s.Rewrite == RewriteFrom.Account && all.AddressOf(s) is null,
            "is missing: with Rewrite Account, From and MAIL FROM become it; or write Rewrite Keep"),
        new(
            Warning,
            "Address",
            (s, _) => s.Rewrite == RewriteFrom.Keep && s.Address.Length > 0,
            "has no effect: Rewrite is Keep"),

        // How much
        new(
            Error,
            "WarmUpDays",
            (s, _) => s is { WarmUpDays: > 0, RecipientsPerDay: 0 },
            "has nothing to grow to: RecipientsPerDay is 0"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) => Entry.Each("Smarthosts", relay.Smarthosts).SelectMany(smarthost => OfOne(smarthost, relay));

    private static IEnumerable<Finding> OfOne(Entry<SmarthostOptions> smarthost, RelayOptions relay) =>
    [
        .. Entry.One(smarthost.Key, smarthost.Value).Apply(OfEach, relay),
        .. smarthost.Value.OAuth is { } oauth ? Entry.One(smarthost.Key + ".OAuth", oauth).Apply(HveRules.OfEachOAuth, relay) : [],
    ];

    private static bool HasPassword(SmarthostOptions smarthost) => !string.IsNullOrEmpty(smarthost.Password);
}
