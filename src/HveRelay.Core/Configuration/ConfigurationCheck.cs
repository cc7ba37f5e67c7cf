using HveRelay.Configuration.Rules;

namespace HveRelay.Configuration;

/// <summary>
/// The rules across keys. A single value's form and range are the reader's business, files and certificates are looked at elsewhere:
/// this needs no disk.
/// </summary>
public static class ConfigurationCheck
{
    private static readonly Func<RelayOptions, IEnumerable<Finding>>[] Tables =
    [
        RelayRules.OfName,
        ListenerRules.Of,
        ClientRules.Of,
        UserRules.Of,
        HveRules.Of,
        QuotaRules.Of,
        ReplyRules.Of,
        SmarthostRules.Of,
        RouteRules.Of,
        RelayRules.OfQueue,
        RelayRules.OfPostmaster,
        RelayRules.OfPickup,
        ListenerRules.OfTheWeb,
        NotYetSupported.Of,
    ];

    public static CheckReport Check(RelayOptions relay)
    {
        var findings = Tables.SelectMany(table => table(relay)).ToList();
        return new CheckReport(
            [.. findings.Where(finding => finding.Weight == Weight.Error).Select(finding => new ConfigurationError(finding.Key, finding.Sentence))],
            [.. findings.Where(finding => finding.Weight == Weight.Warning).Select(finding => new ConfigurationWarning(finding.Key, finding.Sentence))]);
    }
}
