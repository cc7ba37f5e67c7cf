using HveRelay.Configuration;

namespace HveRelay.Policy;

/// <summary>The logins of <c>Users</c>.</summary>
public sealed class UserDirectory(IEnumerable<UserOptions> users)
{
    private readonly Dictionary<string, string> _hashes =
        users.ToDictionary(user => user.Name, user => user.PasswordHash, StringComparer.OrdinalIgnoreCase);

    /// <summary>True where the password is the user's. Slow on purpose, and as slow for a name that does not exist.</summary>
    public bool Verify(string user, string password) => _hashes.TryGetValue(user, out var hash)
        ? PasswordHash.Verify(hash, password)
        : PasswordHash.Verify(Nobody, password) && false;

    /// <summary>A well-formed hash of no known password.</summary>
    private static readonly string Nobody = PasswordHash.Create("nobody", new byte[PasswordHash.SaltLength]);
}
