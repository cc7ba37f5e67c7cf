using System.Net;

namespace HveRelay.Queue;

/// <summary>
/// What was seen of one SMTP client: of a while, to be added to what the store has, or of all time. A client is an address and the
/// entry of <c>Clients</c> that covers it: two applications on one machine with logins of their own are two.
/// </summary>
/// <param name="Client">The name of the entry; empty where none covers the address.</param>
/// <param name="HelloName">What it last called itself in EHLO or HELO; empty where it never came to that.</param>
/// <param name="User">The user of its latest session that sent mail, before there was one of its latest; or null.</param>
/// <param name="Tls">Version and cipher suite of that session, or null.</param>
/// <param name="Sessions">Sessions that ended.</param>
/// <param name="Messages">Messages answered with 250.</param>
/// <param name="Refusals">Commands, messages and connections that were refused.</param>
/// <param name="Quirks">Sessions in which it strayed from the RFCs, by what it did.</param>
public sealed record ClientSighting(
    string Address,
    string Client,
    string HelloName,
    string? User,
    string? Tls,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    long Sessions,
    long Messages,
    long Refusals,
    LatestRefusal? LatestRefusal,
    IReadOnlyDictionary<string, long> Quirks)
{
    /// <summary>Both together, in whichever order they come.</summary>
    public ClientSighting Plus(ClientSighting other)
    {
        var (older, newer) = LastSeen <= other.LastSeen ? (this, other) : (other, this);

        // Who is refused at the door, or hangs up before EHLO, says nothing about its name, its user and its TLS.
        var named = newer.HelloName.Length > 0 || newer.Messages > 0 ? newer : older;

        // Nor does one without mail, a test of the port perhaps, say how the client comes when it sends.
        var came = older.Messages > 0 && newer.Messages == 0 ? older : named;
        return newer with
        {
            HelloName = named.HelloName.Length > 0 ? named.HelloName : older.HelloName,
            User = came.User,
            Tls = came.Tls,
            FirstSeen = older.FirstSeen < newer.FirstSeen ? older.FirstSeen : newer.FirstSeen,
            Sessions = older.Sessions + newer.Sessions,
            Messages = older.Messages + newer.Messages,
            Refusals = older.Refusals + newer.Refusals,
            LatestRefusal = newer.LatestRefusal ?? older.LatestRefusal,
            Quirks = Sum(older.Quirks, newer.Quirks),
        };
    }

    private static IReadOnlyDictionary<string, long> Sum(IReadOnlyDictionary<string, long> one, IReadOnlyDictionary<string, long> other)
    {
        if (one.Count == 0 || other.Count == 0)
        {
            return one.Count == 0 ? other : one;
        }

        var sum = new Dictionary<string, long>(one, StringComparer.Ordinal);
        foreach (var (quirk, sessions) in other)
        {
            sum[quirk] = sum.GetValueOrDefault(quirk) + sessions;
        }

        return sum;
    }
}

/// <param name="Reason">As in the line <c>refused</c> of the log.</param>
/// <param name="Reply">What the client was told.</param>
public sealed record LatestRefusal(DateTimeOffset At, string Reason, string Reply);

/// <summary>One refusal in the history.</summary>
/// <param name="Client">The name of the entry of <c>Clients</c>; empty where none covers the address.</param>
/// <param name="User">Who logged in or tried to, or null.</param>
/// <param name="From">The address of MAIL FROM, or null before it.</param>
/// <param name="To">The refused recipient, or null where something else was refused.</param>
/// <param name="Reason">As in the line <c>refused</c> of the log.</param>
/// <param name="Reply">What the client was told.</param>
public sealed record Refusal(
    DateTimeOffset At, string Address, string Client, string? User, string? From, string? To, string Reason, string Reply);

/// <summary>Which clients to list. What is null does not filter.</summary>
/// <param name="Client">Part of the entry's name, ignoring case.</param>
/// <param name="Addresses">The address lies in it.</param>
/// <param name="Refused">Only those that were refused something.</param>
public sealed record ClientFilter(string? Client = null, IPNetwork? Addresses = null, bool Refused = false, int Limit = 1000);
