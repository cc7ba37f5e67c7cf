using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Rewriting;

/// <summary>What an entry of <c>Clients</c> wants of the mail it let in. Empty: nothing.</summary>
public sealed record ClientWishes(
    string DisplayName = "", string ReplyTo = "", string Charset = "", LongLines LongLines = LongLines.Pass)
{
    public static ClientWishes None { get; } = new();
}

/// <summary>The wishes of all clients by name. A client that left the configuration has none, and its mail goes on.</summary>
public sealed class WishList(RelayOptions options)
{
    private readonly Dictionary<string, ClientWishes> _clients = (options.Clients ?? [])
        .DistinctBy(client => client.Name)
        .ToDictionary(
            client => client.Name,
            client => new ClientWishes(client.DisplayName, client.ReplyTo, client.Charset, client.LongLines),
            StringComparer.Ordinal);

    public ClientWishes Of(Origin origin) =>
        origin.IsNotice ? ClientWishes.None : _clients.GetValueOrDefault(origin.Client, ClientWishes.None);
}
