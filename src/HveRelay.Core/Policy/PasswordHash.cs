using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HveRelay.Policy;

/// <summary>
/// Hashes of the passwords in <c>Users</c>: <c>$pbkdf2-sha256$i=600000$SALT$HASH</c>, PBKDF2 with HMAC-SHA-256 (RFC 8018) in the PHC
/// string format, salt and hash in base 64 without padding. The number of rounds stands in the string, so that it can grow and old
/// hashes still hold. One takes about 0.1 s of a processor, on purpose.
/// </summary>
public static class PasswordHash
{
    /// <summary>What OWASP asks of PBKDF2-HMAC-SHA256 since 2023.</summary>
    public const int DefaultRounds = 600_000;

    /// <summary>A hash with less is no hash.</summary>
    public const int FewestRounds = 1_000;

    /// <summary>Octets of salt that <see cref="Create"/> wants.</summary>
    public const int SaltLength = 16;

    private const string Name = "pbkdf2-sha256";
    private const int HashLength = 32;
    private const int MostRounds = 10_000_000; // a hash from the file must not hold up a login for minutes

    /// <param name="salt"><see cref="SaltLength"/> octets from <see cref="RandomNumberGenerator"/>, new for each password.</param>
    public static string Create(string password, ReadOnlySpan<byte> salt, int rounds = DefaultRounds)
    {
        if (salt.Length != SaltLength)
        {
            throw new ArgumentException($"wants {SaltLength} octets", nameof(salt));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, FewestRounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, MostRounds);
        return string.Create(CultureInfo.InvariantCulture, $"${Name}$i={rounds}${Text(salt)}${Text(Derive(password, salt, rounds))}");
    }

    /// <summary>False for a wrong password and for a string that is no hash. Takes as long for a near miss as for a far one.</summary>
    public static bool Verify(string hash, string password) =>
        TryRead(hash, out var parts)
        && CryptographicOperations.FixedTimeEquals(Derive(password, parts.Salt, parts.Rounds), parts.Hash);

    /// <summary>The work that a login costs; 0 for a string that is no hash.</summary>
    public static int Rounds(string hash) => TryRead(hash, out var parts) ? parts.Rounds : 0;

    public static bool IsWellFormed(string hash) => TryRead(hash, out _);

    private static byte[] Derive(string password, ReadOnlySpan<byte> salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, HashLength);

    private static bool TryRead(string hash, out (int Rounds, byte[] Salt, byte[] Hash) parts)
    {
        parts = default;
        if (hash.Split('$') is not ["", Name, ['i', '=', .. var rounds], var salt, var derived]
            || !int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < FewestRounds or > MostRounds)
        {
            return false;
        }

        parts = (count, Octets(salt), Octets(derived));
        return parts is { Salt.Length: >= 8, Hash.Length: HashLength };
    }

    private static string Text(ReadOnlySpan<byte> octets) => Convert.ToBase64String(octets).TrimEnd('=');

    /// <summary>Empty where the text is no base 64.</summary>
    private static byte[] Octets(string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        return !text.Contains('=', StringComparison.Ordinal) && System.Buffers.Text.Base64.IsValid(padded) ? Convert.FromBase64String(padded) : [];
    }
}
