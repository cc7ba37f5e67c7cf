using HveRelay.Configuration;

namespace HveRelay.Policy;

/// <summary>What an address without a domain stands for. Pure; asked before any rule, whichever way the mail came.</summary>
public sealed class ShortAddresses(RelayOptions options)
{
    private const string Postmaster = "postmaster";

    /// <summary>Of the first account, or of the first smarthost that has an address; empty where nobody has one.</summary>
    private readonly string _senderDomain = AddressText.DomainOf(
        options.Hve.Accounts.Select(account => account.Address).Concat(options.Smarthosts.Select(options.AddressOf)).FirstOrDefault(each => each is not null)
        ?? string.Empty);

    private readonly string _postmaster = options.Postmaster;

    /// <summary>A sender without a domain gets ours; the null reverse-path stays as it is.</summary>
    public string Sender(string reversePath) =>
        reversePath.Length == 0 || _senderDomain.Length == 0 || reversePath.Contains('@', StringComparison.Ordinal)
            ? reversePath
            : $"{reversePath}@{_senderDomain}";

    /// <summary>RFC 5321 section 4.5.1: <c>postmaster</c> is somebody here, where <c>Postmaster</c> says who.</summary>
    public string Recipient(string address) =>
        _postmaster.Length > 0 && address.Equals(Postmaster, StringComparison.OrdinalIgnoreCase) ? _postmaster : address;
}
