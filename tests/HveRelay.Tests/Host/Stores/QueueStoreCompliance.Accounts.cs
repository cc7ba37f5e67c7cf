using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

/// <summary>Pauses, the latest attempts, and what quota and cost are counted from.</summary>
public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task A_pause_survives_a_restart_and_ends_once()
    {
        var pause = new AccountPause("hve1@contoso.com", Now, "alice", "a \"test\"");
        await Store.PauseAsync("HVE1@contoso.com", pause, Cancel);
        await Store.PauseAsync("hve2@contoso.com", new AccountPause("hve2@contoso.com", Now, "bob", null), Cancel);

        await ReopenAsync();
        Assert.Equal([pause, new("hve2@contoso.com", Now, "bob", null)], await Store.PausesAsync(Cancel));

        await Store.PauseAsync("HVE1@CONTOSO.com", null, Cancel);
        await Store.PauseAsync("nobody@contoso.com", null, Cancel);
        await ReopenAsync();
        Assert.Equal("hve2@contoso.com", Assert.Single(await Store.PausesAsync(Cancel)).Account);
    }

    [Fact]
    public async Task The_latest_attempt_is_the_one_begun_last_whichever_message_it_was_for()
    {
        await EnqueueAsync(Message());
        await EnqueueAsync(Message());
        var parts = await TakeAsync();
        var second = await BegunAsync(parts[1]);
        await CompleteAsync(parts[1], second, new RecipientEnd(0, Outcome.Deferred, "451 first", Now.AddHours(1)));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var first = await BegunAsync(parts[0]);
        await CompleteAsync(parts[0], first, new RecipientEnd(0, Outcome.Deferred, "535 5.7.3 second", Now.AddHours(1)));
        await EnqueueAsync(Message());
        await BegunAsync(await TakeOneAsync());

        Assert.Equal([new LastAttempt("hve1@contoso.com", Now, "535 5.7.3 second")], await Store.LastAttemptsAsync(Cancel));
    }

    [Fact]
    public async Task The_ledger_is_told_by_scope_and_minute()
    {
        Clock.Advance(Now.AddMinutes(1) - Now - TimeSpan.FromSeconds(Now.Second + 30) - TimeSpan.FromMilliseconds(Now.Millisecond));
        var minute = Now.AddSeconds(60 - Now.Second);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
            var part = await TakeOneAsync();
            await CompleteAsync(part, await BegunAsync(part, new("", 0, Day), new("client:scanners", 0, Day)), Relayed(0), Relayed(1));
            Clock.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(
            [new("", minute, 4), new("", minute.AddMinutes(1), 2), new("client:scanners", minute, 4), new("client:scanners", minute.AddMinutes(1), 2)],
            await Store.LedgerAsync(Now - Day, Cancel));
        Assert.Empty(await Store.LedgerAsync(Now, Cancel));
    }

    [Fact]
    public async Task What_was_relayed_to_an_address_is_counted_whatever_its_case()
    {
        var before = Now;
        Clock.Advance(TimeSpan.FromMinutes(1));
        await EnqueueAsync(Message(["All@contoso.com", "b@contoso.com"]));
        await EnqueueAsync(Message(["all@contoso.com", "c@contoso.com"]));
        foreach (var part in await TakeAsync())
        {
            await CompleteAsync(part, await BegunAsync(part), Relayed(0), new(1, Outcome.Failed, "550 no"));
        }

        var counts = await Store.RelayedToAsync(["ALL@contoso.com", "b@contoso.com", "d'x@contoso.com"], before, Cancel);

        Assert.Equal(("all@contoso.com", 2L), (Assert.Single(counts).Key, counts["All@Contoso.com"]));
        Assert.Empty(await Store.RelayedToAsync(["all@contoso.com"], Now, Cancel));
    }

    [Fact]
    public async Task Mail_that_is_less_urgent_than_asked_for_stays()
    {
        await EnqueueAsync(Message(priority: Priority.Bulk));
        await EnqueueAsync(Message(priority: Priority.Normal));
        var urgent = await EnqueueAsync(Message(priority: Priority.Urgent));

        var taken = await Store.TakeAsync(new TakeRequest(AnyLane, Now, Now.AddMinutes(10), 10, 50) { Least = Priority.Urgent }, Cancel);

        Assert.Equal(urgent, Assert.Single(taken).Envelope.Id);
        Assert.Equal(2, (await TakeAsync()).Count);
    }
}
