using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>
/// What the keys promise and this version does not do. To ignore it in silence would be worse than to refuse it. Whoever builds one
/// of these takes out its row.
/// </summary>
internal static class NotYetSupported
{
    private static readonly (string Key, Func<RelayOptions, IEnumerable<string>> At, string Sentence)[] Table =
    [
        ("Web.Users", r => When(r.Web.Users.Count > 0), "are not supported yet; leave it empty"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
        from row in Table
        from place in row.At(relay)
        select new Finding(Error, place + row.Key, row.Sentence);

    private static IEnumerable<string> When(bool used) => used ? [string.Empty] : [];
}
