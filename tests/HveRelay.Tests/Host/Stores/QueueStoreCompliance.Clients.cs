using System.Net;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task Sightings_add_up_over_a_restart()
    {
        var first = Now;
        await SeenAsync(Seen() with { Messages = 3, Sessions = 2, Quirks = Counts(("no EHLO", 2)) });
        await ReopenAsync();
        Clock.Advance(TimeSpan.FromDays(40));
        await SeenAsync(Seen() with { Messages = 1, Refusals = 1, Tls = "TLSv1.3 X", User = "erp", LatestRefusal = new(Now, "size", "552 5.3.4 \0 ü"), Quirks = Counts(("no EHLO", 1), ("8-bit", 1)) });
        await ReopenAsync();

        var client = Assert.Single(await ClientsAsync(new()));

        Assert.Equal((first, Now), (client.FirstSeen, client.LastSeen));
        Assert.Equal((2, 4, 1), (client.Sessions, client.Messages, client.Refusals));
        Assert.Equal(("scanner-3", "erp", "TLSv1.3 X"), (client.HelloName, client.User, client.Tls));
        Assert.Equal(new LatestRefusal(Now, "size", "552 5.3.4 \0 ü"), client.LatestRefusal);
        Assert.Equal(Counts(("no EHLO", 3), ("8-bit", 1)), client.Quirks);
    }

    [Fact]
    public async Task An_address_with_two_entries_is_two_clients() =>
        Assert.Equal(2, await CountAsync(Seen(), Seen(client: "erp")));

    [Fact]
    public async Task The_clients_filter_and_the_latest_seen_comes_first()
    {
        await SeenAsync(Seen("10.20.3.7", "erp_1"), Seen("10.20.3.70", "erpx1") with { Refusals = 1 });
        Clock.Advance(TimeSpan.FromMinutes(1));
        await SeenAsync(Seen("fd00::1", string.Empty) with { Refusals = 1 });
        (ClientFilter Filter, string[] Expected)[] cases =
        [
            (new(), ["fd00::1", "10.20.3.7", "10.20.3.70"]),
            (new(Limit: 1), ["fd00::1"]),
            (new(Client: "ERP"), ["10.20.3.7", "10.20.3.70"]),
            (new(Client: "p_1"), ["10.20.3.7"]),
            (new(Addresses: IPNetwork.Parse("10.20.3.7/32")), ["10.20.3.7"]),
            (new(Addresses: IPNetwork.Parse("10.20.0.0/16")), ["10.20.3.7", "10.20.3.70"]),
            (new(Addresses: IPNetwork.Parse("fd00::/8")), ["fd00::1"]),
            (new(Refused: true), ["fd00::1", "10.20.3.70"]),
            (new("erp", IPNetwork.Parse("10.20.0.0/16"), Refused: true), ["10.20.3.70"]),
        ];

        await CommittedAsync();

        foreach (var (filter, expected) in cases)
        {
            Assert.Equal(expected, (await ClientsAsync(filter)).Select(each => each.Address));
        }
    }

    [Fact]
    public async Task Refusals_are_told_of_one_address_the_latest_first()
    {
        var first = Refusal("size") with { User = "erp", From = "a@contoso.com", To = "b@example.com" };
        await Store.SeenAsync([], [first, Refusal("loop")], Cancel);
        await Store.SeenAsync([], [Refusal("unknown client", "10.20.3.8"), Refusal("sender")], Cancel);
        await ReopenAsync();

        var refusals = await Store.RefusalsAsync("10.20.3.7", 10, Cancel);

        Assert.Equal([Refusal("sender"), Refusal("loop"), first], refusals);
        Assert.Equal(refusals.Take(2), await Store.RefusalsAsync("10.20.3.7", 2, Cancel));
        Assert.Empty(await Store.RefusalsAsync("10.20.3.9", 10, Cancel));
    }

    [Fact]
    public async Task Who_is_refused_for_ever_does_not_fill_the_store_nor_push_others_out()
    {
        await Store.SeenAsync([], [Refusal("once", "10.20.3.8")], Cancel);
        for (var i = 0; i < 3; i++)
        {
            await Store.SeenAsync([], [.. Enumerable.Range(i * 80, 80).Select(n => Refusal($"{n}"))], Cancel);
        }

        await CommittedAsync();

        Assert.Equal(
            Enumerable.Range(140, IQueueStore.RefusalsKept).Reverse().Select(n => $"{n}"),
            (await Store.RefusalsAsync("10.20.3.7", 1000, Cancel)).Select(each => each.Reason));
        Assert.Single(await Store.RefusalsAsync("10.20.3.8", 1000, Cancel));
    }

    [Fact]
    public async Task Refusals_and_strangers_go_with_the_history_and_our_own_clients_stay()
    {
        await SeenAsync(Seen(), Seen("10.20.3.8", string.Empty), Seen("10.20.3.9", string.Empty));
        await Store.SeenAsync([], [Refusal("old")], Cancel);
        Clock.Advance(TimeSpan.FromDays(31));
        await SeenAsync(Seen("10.20.3.9", string.Empty));
        await Store.SeenAsync([], [Refusal("new")], Cancel);

        Assert.Equal(0, await Store.PurgeAsync(Now.AddDays(-30), 100, Cancel));
        await ReopenAsync();

        Assert.Equal(["10.20.3.7", "10.20.3.9"], (await ClientsAsync(new())).Select(each => each.Address).Order(StringComparer.Ordinal));
        Assert.Equal("new", Assert.Single(await Store.RefusalsAsync("10.20.3.7", 10, Cancel)).Reason);
    }

    [Fact]
    public async Task Sightings_need_no_sync_of_their_own()
    {
        var before = (await Store.TotalsAsync(Cancel)).Syncs;

        await SeenAsync(Seen());
        Assert.Equal(before, (await Store.TotalsAsync(Cancel)).Syncs);
        await EnqueueAsync(Message());

        Assert.Equal(before + 1, (await Store.TotalsAsync(Cancel)).Syncs);
        Assert.Single(await ClientsAsync(new()));
    }

    private async Task SeenAsync(params ClientSighting[] clients) => await Store.SeenAsync(clients, [], Cancel);

    private async Task<int> CountAsync(params ClientSighting[] clients)
    {
        await SeenAsync(clients);
        await CommittedAsync();
        return (await ClientsAsync(new())).Count;
    }

    /// <summary>What went before is on stable storage, and so to be read.</summary>
    private async Task CommittedAsync() => await Store.ProbeAsync(Cancel);

    private async Task<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter) => await Store.ClientsAsync(filter, Cancel);

    private ClientSighting Seen(string address = "10.20.3.7", string client = "scanners") =>
        new(address, client, "scanner-3", null, null, Now, Now, 0, 0, 0, null, Counts());

    private Refusal Refusal(string reason, string address = "10.20.3.7") => new(Now, address, "scanners", null, null, null, reason, "550 5.7.1 No");

    private static Dictionary<string, long> Counts(params (string Quirk, long Sessions)[] counts) =>
        counts.ToDictionary(each => each.Quirk, each => each.Sessions);
}
