using HveRelay.Queue;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs;

/// <summary>The clients for people.</summary>
internal static class ClientsText
{
    /// <summary>Characters of a reply in the list.</summary>
    private const int MostOfReply = 60;

    public static string Of(IReadOnlyList<ClientSighting> clients) => clients.Count == 0
        ? "no clients\n"
        : Table(
            ["ADDRESS", "CLIENT", "NAME", "USER", "TLS", "FIRST SEEN", "LAST SEEN", "SESSIONS", "MESSAGES", "REFUSED", "QUIRKS", "LATEST REFUSAL"],
            clients.Select(client => new[]
            {
                client.Address,
                OrDash(client.Client),
                OrDash(client.HelloName),
                OrDash(client.User),
                OrDash(client.Tls),
                Time(client.FirstSeen),
                Time(client.LastSeen),
                Number(client.Sessions),
                Number(client.Messages),
                Number(client.Refusals),
                OrDash(string.Join(", ", client.Quirks.OrderByDescending(each => each.Value).Select(each => $"{each.Key} ({each.Value})"))),
                client.LatestRefusal is { } latest ? $"{Time(latest.At)} {latest.Reason}: {Short(latest.Reply)}" : "-",
            }));

    public static string Of(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals) =>
        Of(clients) + "Refusals\n" + (refusals.Count == 0
            ? "  none in the history\n"
            : Indented(Table(
                ["TIME", "CLIENT", "USER", "FROM", "TO", "REASON", "REPLY"],
                refusals.Select(refusal => new[]
                {
                    Time(refusal.At),
                    OrDash(refusal.Client),
                    OrDash(refusal.User),
                    OrDash(refusal.From),
                    OrDash(refusal.To),
                    refusal.Reason,
                    refusal.Reply,
                }))));

    /// <summary>The beginning, up to a word: all of it stands among the refusals of one client.</summary>
    private static string Short(string reply)
    {
        if (reply.Length <= MostOfReply)
        {
            return reply;
        }

        var space = reply.LastIndexOf(' ', MostOfReply - 1);
        return reply[..(space > MostOfReply / 2 ? space : MostOfReply)] + " …";
    }
}
