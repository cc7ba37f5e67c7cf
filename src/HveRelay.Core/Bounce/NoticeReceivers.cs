using HveRelay.Configuration;
using HveRelay.Queue;

namespace HveRelay.Bounce;

/// <summary>
/// Who is told of a failure, by the configuration as it is when it is asked. Pure.
/// <code>
/// the sender                                          told
/// of Hve.AcceptedDomains, and no account of HVE       the sender
/// another, or none                                    NotifyOnFailure of the client; where that is empty, Postmaster
/// </code>
/// An account of HVE has no mailbox (docs/hve.md), so nobody would read it there.
/// </summary>
public sealed class NoticeReceivers(RelayOptions options)
{
    /// <summary>Addresses; none where nobody can be told.</summary>
    public IReadOnlyList<string> Of(UntoldSource source)
    {
        if (IsPerson(source.ReversePath))
        {
            return [source.ReversePath];
        }

        var client = options.Clients?.Find(client => client.Name == source.Client);
        return client is { NotifyOnFailure.Count: > 0 } ? client.NotifyOnFailure
            : options.Postmaster.Length > 0 ? [options.Postmaster]
            : [];
    }

    private bool IsPerson(string address)
    {
        var hve = options.Hve;
        return hve.AcceptedDomains.Contains(AddressText.DomainOf(address), StringComparer.OrdinalIgnoreCase)
            && !hve.Accounts.Exists(account => account.Address.Equals(address, StringComparison.OrdinalIgnoreCase));
    }
}
