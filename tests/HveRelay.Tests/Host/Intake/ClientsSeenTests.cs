using System.Globalization;
using HveRelay.Intake;
using HveRelay.Queue;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Intake;

public sealed class ClientsSeenTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeStore _store = new();
    private readonly ClientsSeen _seen = new();

    [Fact]
    public void Any_number_of_messages_of_a_client_is_one_sighting()
    {
        for (var i = 0; i < 1000; i++)
        {
            _seen.Add(Seen("10.20.3.7") with { Messages = 1 });
        }

        Assert.Equal(1000, Assert.Single(_seen.Take().Clients).Messages);
        Assert.Empty(_seen.Take().Clients);
    }

    [Fact]
    public void A_flood_of_addresses_is_bounded_and_known_ones_go_on()
    {
        for (var i = 0; i < ClientsSeen.MostClients + 5; i++)
        {
            _seen.Add(Seen($"fd00::{i:x}"));
        }

        _seen.Add(Seen("fd00::0") with { Messages = 1 });

        var (clients, _, passedOver) = _seen.Take();
        Assert.Equal((ClientsSeen.MostClients, 5), (clients.Count, passedOver));
        Assert.Equal(1, clients[0].Messages);
    }

    [Fact]
    public void A_flood_of_refusals_is_counted_and_a_part_of_it_told()
    {
        for (var i = 0; i < 100; i++)
        {
            Refuse("10.20.3.7", i);
        }

        var (clients, refusals, _) = _seen.Take();
        Assert.Equal((100, "99"), (clients[0].Refusals, clients[0].LatestRefusal?.Reason));
        Assert.Equal([.. Enumerable.Range(0, ClientsSeen.MostRefusalsOfClient - 1).Append(99).Select(i => $"{i}")], refusals.Select(refusal => refusal.Reason));
    }

    [Fact]
    public async Task It_is_written_every_few_seconds_and_at_the_end()
    {
        await using (var writer = new ClientsSeenWriter(_seen, _store, _clock, NullLogger.Instance))
        {
            Refuse("10.20.3.7", 1);
            Assert.Empty(_store.SeenClients);
            _clock.Advance(ClientsSeenWriter.Period);
            await Until.True(() => _store.SeenClients.Count == 1 && _store.SeenRefusals.Count == 1);

            await Until.True(() => _clock.Waiting == 1);
            _clock.Advance(ClientsSeenWriter.Period);
            Assert.Single(_store.SeenClients);
            _seen.Add(Seen("10.20.3.8"));
        }

        Assert.Equal(["10.20.3.7", "10.20.3.8"], _store.SeenClients.Select(each => each.Address));
    }

    [Fact]
    public async Task Many_go_in_small_pieces_each_once()
    {
        await using (new ClientsSeenWriter(_seen, _store, _clock, NullLogger.Instance))
        {
            for (var i = 0; i < 450; i++)
            {
                Refuse($"fd00::{i:x}", i);
            }
        }

        Assert.Equal((450, 450), (_store.SeenClients.Distinct().Count(), _store.SeenRefusals.Distinct().Count()));
        Assert.Equal((450, 450), (_store.SeenClients.Count, _store.SeenRefusals.Count));
    }

    [Fact]
    public async Task What_a_failing_store_did_not_take_it_gets_later()
    {
        await using var writer = new ClientsSeenWriter(_seen, _store, _clock, NullLogger.Instance);
        _store.FailsSeeing = new StoreException(StoreFault.Full, "the disk is full");
        Refuse("10.20.3.7", 1);
        await writer.WriteAsync();
        Refuse("10.20.3.7", 2);

        _store.FailsSeeing = null;
        await writer.WriteAsync();

        Assert.Equal(2, Assert.Single(_store.SeenClients).Refusals);
        Assert.Equal(["1", "2"], _store.SeenRefusals.Select(each => each.Reason));
    }

    [Fact]
    public void Every_quirk_has_words_of_its_own()
    {
        Assert.Equal(Enum.GetValues<Quirks>().Where(quirk => quirk != Quirks.None), QuirkWords.Table.Select(row => row.Quirk));
        Assert.Equal(QuirkWords.Table.Length, QuirkWords.Count((Quirks)~0).Count);
    }

    private void Refuse(string address, int number)
    {
        var reason = number.ToString(CultureInfo.InvariantCulture);
        var sighting = Seen(address);
        _seen.Add(
            sighting with { Refusals = 1, LatestRefusal = new LatestRefusal(sighting.LastSeen, reason, "550 No") },
            new Refusal(sighting.LastSeen, address, "scanners", null, null, null, reason, "550 No"));
    }

    private ClientSighting Seen(string address) => new(
        address, "scanners", "scanner-3", null, null, _clock.GetUtcNow(), _clock.GetUtcNow(), 0, 0, 0, null, QuirkWords.Count(Quirks.None));
}
