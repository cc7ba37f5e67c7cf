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

    private readonly AddressPattern[] _acceptedDomains;
    private readonly (AddressPattern[] Recipients, Lane? Lane)[] _routes;

    public RouteTable(RelayOptions options)
    {
        _acceptedDomains = [.. options.Hve.AcceptedDomains.Select(domain => new AddressPattern("*@" + domain))];
        _routes = [.. options.Routes.Select(route => (
            route.Recipients.Select(pattern => new AddressPattern(pattern)).ToArray(),
            route.Via.Equals(Refuse, StringComparison.OrdinalIgnoreCase) ? (Lane?)null : Lane.Smarthost(route.Via)))];
    }

    /// <summary>Any account, or a smarthost; null: nobody takes it.</summary>
    public Lane? Find(string recipient)
    {
        if (Array.Exists(_acceptedDomains, domain => domain.Matches(recipient)))
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
