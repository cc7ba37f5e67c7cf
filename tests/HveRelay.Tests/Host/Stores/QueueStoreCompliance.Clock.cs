using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task What_is_due_later_than_any_wait_is_brought_forward_and_the_rest_stays()
    {
        var ahead = await EnqueueAsync(Message(dueAt: Now.AddDays(3)));
        var soon = await EnqueueAsync(Message(dueAt: Now.AddHours(1)));

        Assert.Equal(1, await Store.BringForwardAsync(Now, Now.AddHours(2), Cancel));
        Assert.Equal(0, await Store.BringForwardAsync(Now, Now.AddHours(2), Cancel));

        Assert.Equal(ahead, (await TakeOneAsync()).Envelope.Id);
        Assert.Equal(Now.AddHours(1), Assert.Single((await FindAsync(soon)).Recipients).DueAt);
    }

    [Fact]
    public async Task What_was_put_off_while_the_clock_was_ahead_goes_when_it_is_set_back()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
        Clock.Set(TimeSpan.FromDays(7));
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Relayed(0), new RecipientEnd(1, Outcome.Deferred, "451", Now.AddHours(1)));
        Clock.Set(TimeSpan.FromDays(-7));
        Assert.Empty(await TakeAsync());

        Assert.Equal(1, await Store.BringForwardAsync(Now, Now.AddHours(2), Cancel));
        await ReopenAsync();

        var again = await TakeOneAsync();
        Assert.Equal((id, 1, 2), (again.Envelope.Id, Assert.Single(again.Recipients).Number, again.Attempt));
    }

    [Fact]
    public async Task What_was_sent_while_the_clock_was_ahead_counts_for_a_day_and_no_longer()
    {
        var rule = new QuotaRule(QuotaRule.Tenant, 1, QuotaRule.Day);
        await EnqueueAsync(Message());
        Clock.Set(TimeSpan.FromDays(7));
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part, rule), Relayed());
        Clock.Set(TimeSpan.FromDays(-7));
        await EnqueueAsync(Message());

        await Store.BringForwardAsync(Now, Now.AddHours(2), Cancel);

        var exhausted = Assert.IsType<AttemptGrant.Exhausted>(await BeginAsync(await TakeOneAsync(), rule));
        Assert.Equal(Now.AddDays(1), exhausted.Until);
        await ReopenAsync();
        Assert.Equal(1, await Store.UsedAsync(QuotaRule.Tenant, Now.AddDays(-1), Cancel));
        Clock.Advance(TimeSpan.FromDays(1));
        Assert.IsType<AttemptGrant.Granted>(await BeginAsync(await TakeOneAsync(), rule));
    }

    [Fact]
    public async Task What_is_leased_is_left_to_who_holds_it()
    {
        Clock.Set(TimeSpan.FromDays(7));
        await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part);
        Clock.Set(TimeSpan.FromDays(-7));

        Assert.Equal(0, await Store.BringForwardAsync(Now, Now.AddHours(2), Cancel));

        Assert.True(await CompleteAsync(part, attempt, Relayed()));
    }
}
