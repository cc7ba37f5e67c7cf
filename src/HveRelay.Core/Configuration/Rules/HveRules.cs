using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>HVE's own limits stand here only as warnings: Microsoft changes them.</summary>
internal static class HveRules
{
    private static readonly Rule<HveOptions>[] OfHve =
    [
        new(Error, "Host", (hve, _) => hve.Host.Length == 0, "is missing"),
        new(Error, "Host", (hve, _) => hve.Host.Length > 0 && !AddressText.IsHost(hve.Host), hve => HostSentence(hve.Host)),
        new(
            Error,
            "Host",
            (hve, _) => Is(hve.Host, "smtp-have.office365.com"),
            "smtp-have.office365.com does not exist: it is a mistranslation; write smtp.hve.mx.microsoft"),
        new(
            Error,
            "Host",
            (hve, _) => Is(hve.Host, "smtp.office365.com"),
            "smtp.office365.com is client submission, not High Volume Email; write smtp.hve.mx.microsoft"),
        new(
            Warning,
            "Host",
            (hve, _) => Is(hve.Host, "smtp-hve.office365.com"),
            "smtp-hve.office365.com will be switched off by Microsoft; write smtp.hve.mx.microsoft"),
        new(
            Warning,
            "Port",
            (hve, _) => IsMicrosoft(hve.Host) && hve.Port != 587,
            hve => $"{hve.Port} is not open there: High Volume Email listens on 587 only"),
        new(
            Warning,
            "Security",
            (hve, _) => IsMicrosoft(hve.Host) && hve.Security != UpstreamSecurity.StartTls,
            hve => $"{hve.Security} does not work there: High Volume Email wants StartTls"),
        new(
            Warning,
            "Security",
            (hve, _) => !IsMicrosoft(hve.Host) && hve.Security == UpstreamSecurity.None,
            "None sends mail in the clear; for laboratories only"),
        new(
            Warning,
            "MaxRecipientsPerMessage",
            (hve, _) => IsMicrosoft(hve.Host) && hve.MaxRecipientsPerMessage > 50,
            hve => $"{hve.MaxRecipientsPerMessage} is above the 50 recipients that High Volume Email takes"),
        new(
            Error,
            "Accounts",
            (hve, _) => hve.AcceptedDomains.Count > 0 && hve.Accounts.Count == 0,
            "is empty: no account could send to AcceptedDomains"),
        new(
            Warning,
            "AcceptedDomains",
            (hve, relay) => hve.AcceptedDomains.Count == 0 && relay.Routes.TrueForAll(RouteRules.Refuses),
            "is empty and no route leads elsewhere: every recipient is refused"),
        new(
            Error,
            "OversizeVia",
            (hve, all) => hve.OversizeVia.Length > 0 && RouteRules.Named(hve.OversizeVia, all) is null,
            hve => $"'{hve.OversizeVia}' is not the name of a smarthost"),
        new(
            Warning,
            "OversizeVia",
            (hve, all) => RouteRules.Named(hve.OversizeVia, all) is { } smarthost && smarthost.MaxMessageBytes <= hve.MaxMessageBytes,
            hve => $"'{hve.OversizeVia}' takes no larger messages than High Volume Email: see its MaxMessageBytes"),
    ];

    private static readonly Rule<RewriteOptions>[] OfRewrite =
    [
        new(
            Error,
            "From",
            (rewrite, all) => rewrite.From == RewriteFrom.Keep && IsMicrosoft(all.Hve.Host),
            "Keep does not go with an Hve.Host of Microsoft: High Volume Email refuses every sender but the account (550 5.7.62, 550 5.6.241); "
            + "write Account, or a smarthost with Rewrite Keep"),
    ];

    private static readonly Rule<string>[] OfEachDomain =
    [
        new(
            Error,
            string.Empty,
            (domain, _) => !AddressText.IsDomain(domain),
            domain => $"'{domain}' is no domain; write it as in contoso.com, each subdomain by itself"),
        new(
            Warning,
            string.Empty,
            (domain, relay) => Entry.IsRepeated(domain, relay.Hve.AcceptedDomains, x => x),
            domain => $"'{domain}' is an earlier domain"),
    ];

    private static readonly Rule<AccountOptions>[] OfEachAccount =
    [
        new(Error, "Address", (a, _) => a.Address.Length == 0, "is missing"),
        new(Error, "Address", (a, all) => Entry.IsRepeated(a, all.Hve.Accounts, x => x.Address), a => $"'{a.Address}' is an earlier account"),
        new(
            Warning,
            "Address",
            (a, all) => a.Address.Length > 0 && IsForeign(a.Address, all),
            a => $"'{a.Address}' has a domain that is not among Hve.AcceptedDomains"),
        new(Error, "OAuth", (a, _) => a.OAuth is not null && HasPassword(a), "stands beside a password; an account logs in one way"),
        new(
            Error,
            "Password",
            (a, all) => HasPassword(a) && all.Hve.Security == UpstreamSecurity.None,
            "would be sent in the clear: Hve.Security is None"),
        new(
            Error,
            "OAuth",
            (a, all) => a.OAuth is not null && all.Hve.Security == UpstreamSecurity.None,
            "would send its token in the clear: Hve.Security is None"),
        new(
            Warning,
            string.Empty,
            (a, _) => a.OAuth is null && !HasPassword(a),
            "has neither Password nor OAuth and sends without AUTH; for laboratories only"),
        new(Warning, "Password", (a, _) => a.Password is ExamplePassword, "is still the one of the example"),
        new(Warning, "TakeOver", (a, all) => a.TakeOver && all.Hve.Accounts.Count == 1, "is of no use: there is no other account"),
    ];

    public static readonly Rule<OAuthOptions>[] OfEachOAuth =
    [
        new(Error, "TenantId", (o, _) => o.TenantId.Length == 0, "is missing"),
        new(Error, "ClientId", (o, _) => o.ClientId.Length == 0, "is missing"),
        new(
            Error,
            string.Empty,
            (o, _) => string.IsNullOrEmpty(o.ClientSecret) == string.IsNullOrEmpty(o.CertificateFile),
            "wants exactly one of ClientSecret and CertificateFile"),
        new(Error, "CertificateKeyFile", (o, _) => IsAlone(o, o.CertificateKeyFile), "stands there without CertificateFile"),
        new(Error, "CertificatePasswordFile", (o, _) => IsAlone(o, o.CertificatePasswordFile), "stands there without CertificateFile"),
        new(
            Error,
            "Authority",
            (o, _) => !string.IsNullOrEmpty(o.Authority) && !(Uri.TryCreate(o.Authority, UriKind.Absolute, out var uri) && uri.Scheme is "https"),
            o => $"'{o.Authority}' is no https address"),
    ];

    /// <summary>What stands in config/hverelay.json.</summary>
    public const string ExamplePassword = "change-me";

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.One("Hve", relay.Hve).Apply(OfHve, relay),
        .. Entry.One("Rewrite", relay.Rewrite).Apply(OfRewrite, relay),
        .. Entry.Each("Hve.AcceptedDomains", relay.Hve.AcceptedDomains).Apply(OfEachDomain, relay),
        .. Entry.Each("Hve.Accounts", relay.Hve.Accounts).SelectMany(account => OfOne(account, relay)),
    ];

    public static string HostSentence(string host) => $"'{host}' is neither a name nor an IP address; scheme and port do not belong to it";

    /// <summary>Where no domain is accepted that is said once, not of every address.</summary>
    public static bool IsForeign(string address, RelayOptions relay) =>
        relay.Hve.AcceptedDomains.Count > 0 && !relay.Hve.AcceptedDomains.Has(AddressText.DomainOf(address));

    private static IEnumerable<Finding> OfOne(Entry<AccountOptions> account, RelayOptions relay) =>
    [
        .. Entry.One(account.Key, account.Value).Apply(OfEachAccount, relay),
        .. account.Value.OAuth is { } oauth ? Entry.One(account.Key + ".OAuth", oauth).Apply(OfEachOAuth, relay) : [],
    ];

    private static bool IsAlone(OAuthOptions oauth, string? file) => !string.IsNullOrEmpty(file) && string.IsNullOrEmpty(oauth.CertificateFile);

    private static bool HasPassword(AccountOptions account) => !string.IsNullOrEmpty(account.Password);

    private static bool Is(string host, string other) => host.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsMicrosoft(string host) =>
        host.EndsWith(".mx.microsoft", StringComparison.OrdinalIgnoreCase) || Is(host, "smtp-hve.office365.com");
}
