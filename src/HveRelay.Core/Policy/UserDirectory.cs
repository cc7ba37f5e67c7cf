using System.Security.Cryptography;
using System.Text;
using HveRelay.Configuration;

namespace HveRelay.Policy;

/// <summary>
/// The logins of <c>Users</c>. A password costs about 0.1 s of a processor, once: devices log in for every message, so a login that
/// was right is known again by a keyed digest, which lives in memory only and is worth nothing without the key of this process.
/// </summary>
public sealed class UserDirectory
{
    /// <summary>Logins remembered; then it begins anew. More than a site has users.</summary>
    private const int MostRemembered = 10_000;

    private readonly Dictionary<string, string> _hashes;
    private readonly Func<string, string, bool> _verify;
    private readonly Lazy<string> _nobody;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly HashSet<string> _remembered = new(StringComparer.Ordinal);

    /// <summary>Half of the processors at most.</summary>
    private readonly TaskFactory _slowly = new(
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler);

    public UserDirectory(IEnumerable<UserOptions> users)
        : this(users, PasswordHash.Verify)
    {
    }

    /// <param name="verify">Hash and password: does it fit? Slow on purpose.</param>
    internal UserDirectory(IEnumerable<UserOptions> users, Func<string, string, bool> verify)
    {
        _hashes = users.ToDictionary(user => user.Name, user => user.PasswordHash, StringComparer.OrdinalIgnoreCase);
        _verify = verify;

        // A well-formed hash of no known password, as hard as the hardest of the others.
        _nobody = new(() => PasswordHash.Create(
            Convert.ToHexString(_key),
            new byte[PasswordHash.SaltLength],
            Math.Max(_hashes.Values.Select(PasswordHash.Rounds).DefaultIfEmpty().Max(), PasswordHash.FewestRounds)));
    }

    /// <summary>True where the password is the user's. As slow for a name that does not exist as for a wrong password.</summary>
    public bool Verify(string user, string password)
    {
        var digest = Digest(user, password);
        if (Remembers(digest))
        {
            return true;
        }

        var isKnown = _hashes.TryGetValue(user, out var hash);
        if (!_verify(hash ?? _nobody.Value, password) || !isKnown)
        {
            return false;
        }

        Remember(digest);
        return true;
    }

    /// <summary>Is there such a user? For the operator: the client must not be told.</summary>
    public bool Knows(string user) => _hashes.ContainsKey(user);

    /// <summary>
    /// As <see cref="Verify"/>, the slow part off the caller's thread and few at a time: many wrong logins at once take each
    /// other's time, and not that of the sessions that bring mail.
    /// </summary>
    public ValueTask<bool> VerifyAsync(string user, string password, CancellationToken cancel) => Remembers(Digest(user, password))
        ? new(true)
        : new(_slowly.StartNew(() => Verify(user, password), cancel));

    private bool Remembers(string digest)
    {
        lock (_remembered)
        {
            return _remembered.Contains(digest);
        }
    }

    private void Remember(string digest)
    {
        lock (_remembered)
        {
            if (_remembered.Count >= MostRemembered)
            {
                _remembered.Clear();
            }

            _remembered.Add(digest);
        }
    }

    /// <summary>The length keeps a name apart from the password behind it, whatever both hold.</summary>
    private string Digest(string user, string password) => Convert.ToBase64String(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{user.Length}\0{user.ToUpperInvariant()}\0{password}")));
}
