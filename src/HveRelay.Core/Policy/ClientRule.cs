using System.Net;
using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Policy;

/// <summary>An entry of <c>Clients</c>, ready to decide. Immutable.</summary>
public sealed class ClientRule
{
    private readonly HashSet<string> _users;

    public ClientRule(ClientOptions options)
    {
        Name = options.Name;
        Networks = [.. options.Networks.Select(Network)];
        _users = new HashSet<string>(options.Users, StringComparer.OrdinalIgnoreCase);
        RequireTls = options.RequireTls;
        Senders = [.. options.Senders.Select(pattern => new AddressPattern(pattern))];
        Recipients = [.. options.Recipients.Select(pattern => new AddressPattern(pattern))];
        Lane = options.Account.Length == 0 ? Lane.AnyAccount : Lane.Account(options.Account);
        Priority = options.Priority;
        MaxMessageBytes = options.MaxMessageBytes;
        MaxRecipients = options.MaxRecipients;
        MessagesPerMinute = options.MessagesPerMinute;
        BareNewline = options.BareNewline;
        RefusesLongLines = options.LongLines == LongLines.Refuse;
    }

    public string Name { get; }

    /// <summary>Empty: any address.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; }

    /// <summary>Empty: nobody has to log in.</summary>
    public IReadOnlyCollection<string> Users => _users;

    public bool RequireTls { get; }

    public IReadOnlyList<AddressPattern> Senders { get; }

    public IReadOnlyList<AddressPattern> Recipients { get; }

    /// <summary>By which HVE account its mail leaves.</summary>
    public Lane Lane { get; }

    public Priority Priority { get; }

    /// <summary>0: the next hop's limit.</summary>
    public long MaxMessageBytes { get; }

    public int MaxRecipients { get; }

    /// <summary>Of each of its addresses; 0: no limit.</summary>
    public int MessagesPerMinute { get; }

    public BareNewline BareNewline { get; }

    /// <summary>Lines over 998 octets.</summary>
    public bool RefusesLongLines { get; }

    /// <summary>It asks for one of its users to log in.</summary>
    public bool NeedsUser => _users.Count > 0;

    /// <summary>The address is in its networks; a rule without networks is for any address.</summary>
    public bool Covers(IPAddress address) => Networks.Count == 0 || Networks.Any(network => network.Contains(address));

    /// <summary>The network that makes it cover the address, or null where it is for any.</summary>
    public string? NetworkOf(IPAddress address) => Networks.Count == 0 ? null : Networks.First(network => network.Contains(address)).ToString();

    private static IPNetwork Network(string text) =>
        NetworkText.TryRead(text, out var network, out var sentence) ? network : throw new FormatException($"{text} {sentence}");

    public bool Admits(string? user) => !NeedsUser || (user is not null && _users.Contains(user));
}
