using System.Net;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Policy;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>Finds what somebody means: a queue id before a Message-ID before anything else.</summary>
/// <param name="last">Messages and refusals of one timeline.</param>
internal sealed class WhySearch(IQueueReader queue, RelayOptions options, int last)
{
    private const int MostClients = 1000;

    public async Task<WhyFound> FindAsync(string asked, CancellationToken cancel)
    {
        var name = Arrival.NameOf(asked) ?? string.Empty;
        if (await ByIdAsync(name, cancel) is { } byId)
        {
            return new WhyFound.Message(byId);
        }

        var named = new List<MessageRecord>();
        foreach (var id in await queue.NamedAsync(name, last, cancel))
        {
            if (await queue.FindAsync(id, cancel) is { } record)
            {
                named.Add(record);
            }
        }

        if (named is [var only])
        {
            return new WhyFound.Message(only);
        }

        if (named.Count > 1)
        {
            return new WhyFound.Several([], [.. named.Select(Trace.Of)], named.Count == last);
        }

        return await ByTracesAsync(Canonical(name), cancel);
    }

    /// <summary>A message that its client gave no name has its queue id for a Message-ID: &lt;ID@our name&gt;.</summary>
    private async Task<MessageRecord?> ByIdAsync(string name, CancellationToken cancel) =>
        MessageId.TryParse(name.Split('@')[0], out var id) ? await queue.FindAsync(id, cancel) : null;

    private async Task<WhyFound> ByTracesAsync(string name, CancellationToken cancel)
    {
        var relayRuns = ControlClient.Knock(options.DataDirectory) != ControlDoor.Nobody;
        var found = await queue.TracesAsync(name, last, cancel);
        var clients = await ClientsAsync(name, cancel);
        if (clients.Count == 0 && found is { Messages.Count: 0, Refusals.Count: 0 })
        {
            return new WhyFound.Nothing(Nothing(name));
        }

        var all = found.Messages.Select(entry => Trace.Of(entry, relayRuns)).Concat(found.Refusals.Select(Trace.Of))
            .OrderByDescending(trace => trace.At).ToList();
        return new WhyFound.Several(
            clients, [.. all.Take(last)], all.Count > last || found.Messages.Count == last || found.Refusals.Count == last);
    }

    private async Task<IReadOnlyList<ClientSighting>> ClientsAsync(string name, CancellationToken cancel)
    {
        if (NetworkText.IsIpAddress(name))
        {
            return NetworkText.TryRead(name, out var network, out _) ? await queue.ClientsAsync(new ClientFilter(Addresses: network), cancel) : [];
        }

        var entry = await queue.ClientsAsync(new ClientFilter(Client: name, Limit: MostClients), cancel);
        return [.. entry.Where(client => client.Client.Equals(name, StringComparison.OrdinalIgnoreCase)).Take(last)];
    }

    /// <summary>An IP address as the relay writes it.</summary>
    private static string Canonical(string name) => !NetworkText.IsIpAddress(name) ? name
        : IPAddress.Parse(name) is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4().ToString()
        : IPAddress.Parse(name).ToString();

    private string Nothing(string name)
    {
        var history = options.Queue.KeepHistory;
        var kept = $"in the last {(history is { TotalDays: >= 1, Hours: 0 } ? $"{(int)history.TotalDays} days" : QueueText.Span(history))}";
        if (NetworkText.IsIpAddress(name))
        {
            var (policy, address) = (new RelayPolicy(options), IPAddress.Parse(name));
            var rule = policy.Find(address, user: null);
            return (rule ?? policy.FindByAddress(address)) is { } found
                ? $"{name}: never connected; entry {found.Name} of Clients would take it{(rule is null ? " once it has logged in" : string.Empty)}. Look at the device and the way from there; 'hverelay clients' has who did connect"
                : $"{name}: never connected; no entry of Clients covers it either, so it would be refused. 'hverelay clients' has who did connect";
        }

        if (options.Clients?.Find(client => client.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } entry)
        {
            return $"{name}: an entry of Clients, of which nobody has connected; its Networks are {(entry.Networks.Count == 0 ? "any" : string.Join(", ", entry.Networks))}. 'hverelay clients' has who did connect";
        }

        return name.Contains('@', StringComparison.Ordinal)
            ? $"{name}: no message {kept} has this Message-ID, sender or recipient, and no refusal but of the last two seconds this sender or recipient; of what is refused no Message-ID is kept. Ask for the device; 'hverelay clients' has who connected"
            : MessageId.TryParse(name, out _)
                ? $"{name}: {QueueText.NotFound} {kept}"
                : $"{name}: no queue id, IP address, name in EHLO, login or entry of Clients with a message or a refusal {kept}. 'hverelay clients' has who connected";
    }
}
