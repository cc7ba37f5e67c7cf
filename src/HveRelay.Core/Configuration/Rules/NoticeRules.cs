using HveRelay.Policy;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>Those who are told of failures: a notice goes by the same ways as other mail, and somebody has to read it.</summary>
internal static class NoticeRules
{
    private static readonly Rule<string>[] OfEach =
    [
        new(
            Warning,
            string.Empty,
            (address, relay) => IsOutOfReach(address, relay),
            address => $"'{address}' cannot be reached: its domain is not among Hve.AcceptedDomains, and no route leads to it"),
        new(
            Warning,
            string.Empty,
            (address, relay) => relay.Hve.Accounts.Select(account => account.Address).Has(address),
            address => $"'{address}' is an account of High Volume Email, which has no mailbox: nobody would read it"),
    ];

    public static IEnumerable<Finding> Of(IEnumerable<Entry<string>> told, RelayOptions relay) =>
        told.Where(each => each.Value.Length > 0).Apply(OfEach, relay);

    /// <summary>Where nobody can be reached at all, AcceptedDomains says so once.</summary>
    private static bool IsOutOfReach(string address, RelayOptions relay)
    {
        var routes = new RouteTable(relay);
        return (relay.Hve.AcceptedDomains.Count > 0 || routes.LeadsOutside) && routes.Find(address) is null;
    }
}
