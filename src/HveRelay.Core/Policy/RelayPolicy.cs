using System.Net;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Smtp;

namespace HveRelay.Policy;

// Who may send what to whom. Pure: the same question has the same answer until the configuration changes.
//   1. The first entry of Clients that covers the address and admits the user decides; there is no second.
//   2. Nothing is accepted from whom no entry covers.
//   3. Each recipient has its own answer; one refused never harms another.
//   4. A recipient inside AcceptedDomains goes by HVE, any other as the first of Routes says that covers it, and by none if none does.

/// <summary>A recipient's answer: the lane by which it leaves, or the refusal and its name for log and metrics.</summary>
public readonly record struct RecipientDecision(Lane Lane, Reply? Refusal, string Reason)
{
    public static RecipientDecision By(Lane lane) => new(lane, null, string.Empty);

    public static RecipientDecision Refuse(Reply reply, string reason) => new(default, reply, reason);
}

public sealed class RelayPolicy
{
    private static readonly ClientOptions AnyClient = new() { Name = "any" };
    private readonly ClientRule[] _clients;
    private readonly ClientIndex _index;
    private readonly LaneLimits _limits;

    public RelayPolicy(RelayOptions options)
    {
        _clients = [.. (options.Clients ?? [AnyClient]).Select(client => new ClientRule(client))];
        _index = new ClientIndex(_clients);
        Routes = new RouteTable(options);
        Short = new ShortAddresses(options);
        _limits = new LaneLimits(options);
    }

    public RouteTable Routes { get; }

    /// <summary>Completes what came without a domain: sender and recipient are asked about as they come out of it.</summary>
    public ShortAddresses Short { get; }

    /// <summary>All entries, in their order.</summary>
    public IReadOnlyList<ClientRule> Clients => _clients;

    /// <summary>The entry that decides for this client, or null: refuse.</summary>
    public ClientRule? Find(IPAddress address, string? user) => _index.First(address, user);

    /// <summary>The first entry that this address can come under, logged in or not; null: whatever it does, it is refused.</summary>
    public ClientRule? FindByAddress(IPAddress address) => _index.First(address);

    /// <summary>May this address log in: is there an entry for it with users, and does one of those do without TLS that is missing?</summary>
    public bool OffersAuth(IPAddress address, bool tls) => _index.HasUsers(address, tls);

    /// <summary>Octets a message from this address may have, whoever logs in: of the entries that may decide yet, that which takes the most.</summary>
    public long MostBytesFrom(IPAddress address)
    {
        var forAnybody = _index.First(address, null);
        var mayDecide = _index.First(address) == forAnybody
            ? []
            : _clients.TakeWhile(client => client != forAnybody).Where(client => client.Covers(address));
        return mayDecide.Append(forAnybody).Max(MaxMessageBytes);
    }

    /// <summary>Octets a message of this client may have, by whichever way takes the most.</summary>
    public long MaxMessageBytes(ClientRule? client) => Least(client, _limits.Largest);

    /// <summary>Octets a message may have that leaves by all of these lanes; it is taken whole or not at all.</summary>
    public long MaxMessageBytes(ClientRule? client, IEnumerable<Lane> lanes) =>
        Least(client, lanes.Select(_limits.Of).DefaultIfEmpty(_limits.Largest).Min());

    /// <summary>Recipients that one transaction of a lane may have.</summary>
    public int RecipientsOf(Lane lane) => _limits.RecipientsOf(lane);

    /// <summary>The lane by which a message of so many octets leaves: another where it is too large for HVE.</summary>
    public Lane LaneFor(Lane lane, long octets) => _limits.LaneFor(lane, octets);

    /// <summary>A refusal of the sender with its reason, or null. The null reverse-path is always taken (RFC 5321 section 4.5.5).</summary>
    public static (Reply Reply, string Reason)? RefuseSender(ClientRule client, string reversePath) =>
        reversePath.Length == 0 || AddressPattern.Allow(client.Senders, reversePath)
            ? null
            : (Reply.Of(550, "5.7.1", $"Client {client.Name} may not send as {reversePath}"), "sender");

    /// <summary>What becomes of a recipient. <paramref name="accepted"/> is how many the message has already.</summary>
    /// <param name="octets">What SIZE said; 0 where it said nothing.</param>
    public RecipientDecision Decide(ClientRule client, string recipient, int accepted, long octets = 0)
    {
        if (accepted >= client.MaxRecipients)
        {
            return RecipientDecision.Refuse(
                Reply.Of(452, "4.5.3", $"Too many recipients: at most {client.MaxRecipients} a message, send the rest in another"),
                "too many recipients");
        }

        if (!recipient.Contains('@', StringComparison.Ordinal))
        {
            return RecipientDecision.Refuse(Reply.Of(501, "5.1.3", "The recipient has no domain"), "recipient syntax");
        }

        if (!AddressPattern.Allow(client.Recipients, recipient))
        {
            return RecipientDecision.Refuse(Reply.Of(550, "5.7.1", $"Client {client.Name} may not send to {recipient}"), "recipient");
        }

        if (Routes.Find(recipient) is not { } route)
        {
            return RecipientDecision.Refuse(
                Reply.Of(550, "5.7.1", Routes.LeadsOutside
                    ? "This domain is not among AcceptedDomains, and Routes has no smarthost for this recipient"
                    : "High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains"),
                "external recipient");
        }

        var lane = route.IsSmarthost ? route : client.Lane;
        return octets > _limits.Of(lane)
            ? RecipientDecision.Refuse(SizeWords.TooLarge(_limits.Of(lane)), "size")
            : RecipientDecision.By(lane);
    }

    private static long Least(ClientRule? client, long octets) =>
        client is { MaxMessageBytes: > 0 } own ? Math.Min(own.MaxMessageBytes, octets) : octets;
}
