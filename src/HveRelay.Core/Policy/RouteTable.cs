using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Policy;

/// <summary>
/// By which way a recipient leaves. Pure.
/// <code>
/// the recipient                             leaves by
/// inside Hve.AcceptedDomains                HVE
/// else, covered by one of Routes            the smarthost of the first that covers it; Via Refuse: none
/// else                                      none
/// </code>
/// </summary>
public sealed class RouteTable
{
    private const string Refuse = "Refuse";

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _acceptedDomains;
    private readonly (AddressPattern[] Recipients, Lane? Lane)[] _routes;

    public RouteTable(RelayOptions options)
    {
        _acceptedDomains = new HashSet<string>(options.Hve.AcceptedDomains, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _routes = [.. options.Routes.Select(route => (
            route.Recipients.Select(pattern => new AddressPattern(pattern)).ToArray(),
            route.Via.Equals(Refuse, StringComparison.OrdinalIgnoreCase) ? (Lane?)null : Lane.Smarthost(route.Via)))];
    }

    /// <summary>Some recipients outside AcceptedDomains are taken.</summary>
    public bool LeadsOutside => Array.Exists(_routes, route => route.Lane is not null);

    /// <summary>Any account, or a smarthost; null: nobody takes it.</summary>
    public Lane? Find(string recipient)
    {
        if (_acceptedDomains.Contains(recipient.AsSpan(recipient.LastIndexOf('@') + 1)))
        {
            return Lane.AnyAccount;
        }

        foreach (var (recipients, lane) in _routes)
        {
            if (Array.Exists(recipients, pattern => pattern.Matches(recipient)))
            {
                return lane;
            }
        }

        return null;
    }
}
