using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace HveRelay.Simulator;

/// <summary>What a client claims with AUTH.</summary>
internal readonly record struct Credentials(string User, string Secret, bool IsToken);

/// <summary>Judges credentials and recipients by the accounts and domains of the tenant.</summary>
internal sealed class AccountBook(SimulatorOptions options, TimeProvider clock)
{
    private readonly Dictionary<string, SimulatedAccount> _accounts =
        options.Accounts.ToDictionary(account => account.Address, StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentDictionary<(string Address, string Token), BearerToken> _issued = new();

    private readonly HashSet<string> _domains = new(
        options.AcceptedDomains.Count > 0 ? options.AcceptedDomains : options.Accounts.Select(account => DomainOf(account.Address)),
        StringComparer.OrdinalIgnoreCase);

    public void Accept(string address, BearerToken token) => _issued[(address.ToLowerInvariant(), token.Value)] = token;

    /// <summary>The reply that refuses; null: welcome.</summary>
    public string? Refusal(Credentials credentials)
    {
        var account = _accounts.GetValueOrDefault(credentials.User);
        var refusal = credentials.IsToken ? RefusalOfToken(account, credentials.Secret)
            : account?.Password is { } password && Same(password, credentials.Secret) ? null
            : HveReplies.WrongPassword;
        return refusal ?? (account!.IsHveAccount ? null : HveReplies.NotHveAccount);
    }

    /// <summary>The reply that refuses; null: welcome.</summary>
    public string? RefusalOfRecipient(string address) =>
        !options.IsSmarthost && !_domains.Contains(DomainOf(address)) ? HveReplies.ExternalRecipient
        : options.UnknownRecipients.Any(pattern => Pattern.Matches(pattern, address)) ? HveReplies.UnknownRecipient
        : null;

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private string? RefusalOfToken(SimulatedAccount? account, string token)
    {
        if (account is null)
        {
            return HveReplies.TokenUserInvalid;
        }

        var known = account.Tokens.FirstOrDefault(each => Same(each.Value, token))
            ?? _issued.GetValueOrDefault((account.Address.ToLowerInvariant(), token));
        return known is null ? HveReplies.WrongPassword
            : known.ExpiresAt is not { } expires ? null
            : expires <= clock.GetUtcNow() ? HveReplies.TokenExpired
            : expires - clock.GetUtcNow() < options.TokenMargin ? HveReplies.TokenExpiring
            : null;
    }
}
