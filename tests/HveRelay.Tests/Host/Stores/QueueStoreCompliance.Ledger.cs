using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task As_many_are_granted_as_fit_and_the_rest_stay_due()
    {
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));
        var part = await TakeOneAsync();

        var granted = Assert.IsType<AttemptGrant.Granted>(await BeginAsync(part, new QuotaRule("", 2, Day)));

        Assert.Equal(2, granted.Recipients);
        Assert.True(await CompleteAsync(part, granted.AttemptId, Relayed(0), Relayed(1)));
        Assert.Equal([2], (await TakeOneAsync()).Recipients.Select(each => each.Number));
    }

    [Fact]
    public async Task Where_none_fits_the_time_is_told_and_the_lease_given_back()
    {
        var rule = new QuotaRule("", 1, Day);
        await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part, rule), Relayed());
        var until = Now + Day;
        Clock.Advance(TimeSpan.FromHours(1));
        await EnqueueAsync(Message());

        Assert.Equal(new AttemptGrant.Exhausted("", until), await BeginAsync(await TakeOneAsync(), rule));
        part = await TakeOneAsync();
        Assert.Equal(1, part.Attempt);
        await Store.ReleaseAsync([part.Lease], null, Cancel);
        Clock.Advance(until - Now - TimeSpan.FromTicks(1));
        Assert.IsType<AttemptGrant.Exhausted>(await BeginAsync(await TakeOneAsync(), rule));
        Clock.Advance(TimeSpan.FromTicks(1));
        Assert.IsType<AttemptGrant.Granted>(await BeginAsync(await TakeOneAsync(), rule));
    }

    [Fact]
    public async Task An_attempt_counts_in_each_of_its_scopes_and_the_tightest_rule_decides()
    {
        QuotaRule[] rules = [new("", 100, Day), new("hve1@contoso.com", 2, Day), new("unlimited", 0, Day)];
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));

        var granted = Assert.IsType<AttemptGrant.Granted>(await BeginAsync(await TakeOneAsync(), rules));

        Assert.Equal(2, granted.Recipients);
        foreach (var rule in rules)
        {
            Assert.Equal(2, await Store.UsedAsync(rule.Scope, Now - Day, Cancel));
        }

        Assert.Equal(0, await Store.UsedAsync("hve2@contoso.com", Now - Day, Cancel));
    }

    [Fact]
    public async Task Relayed_and_unsure_stay_in_the_ledger_the_others_are_given_back()
    {
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com", "d@contoso.com"]));
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part, new QuotaRule("", 100, Day));
        Assert.Equal(4, await Store.UsedAsync("", Now - Day, Cancel));

        await CompleteAsync(
            part,
            attempt,
            Relayed(0),
            new(1, Outcome.Unsure, "closed", Now),
            new(2, Outcome.Failed, "550 no"),
            new(3, Outcome.Deferred, "451 later", Now));

        Assert.Equal(2, await Store.UsedAsync("", Now - Day, Cancel));
        Assert.Equal(0, await Store.UsedAsync("", Now, Cancel));
    }

    [Fact]
    public async Task Reservations_hold_others_back_until_they_end()
    {
        var rule = new QuotaRule("", 1, Day);
        await EnqueueAsync(Message());
        await EnqueueAsync(Message());
        var taken = await TakeAsync();
        var attempt = await BegunAsync(taken[0], rule);

        var refused = Assert.IsType<AttemptGrant.Exhausted>(await BeginAsync(taken[1], rule));
        Assert.True(refused.Until > Now);

        await CompleteAsync(taken[0], attempt, new RecipientEnd(0, Outcome.Deferred, "451 later", Now.AddHours(1)));
        Assert.IsType<AttemptGrant.Granted>(await BeginAsync(await TakeOneAsync(), rule));
    }

    [Fact]
    public async Task The_ledger_survives_a_restart()
    {
        var rule = new QuotaRule("", 2, Day);
        await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part, rule), Relayed());
        await EnqueueAsync(Message());
        await BegunAsync(await TakeOneAsync(), rule);
        await EnqueueAsync(Message());

        await ReopenAsync();

        Assert.IsType<AttemptGrant.Exhausted>(await BeginAsync(await TakeOneAsync(), rule));
        await Store.RecoverAsync(AnyLane, Now, Now.AddHours(1), Cancel);
        Assert.Equal(new AttemptGrant.Exhausted("", Now + Day), await BeginAsync(await TakeOneAsync(), rule));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_window_ever_holds_more_than_the_limit(int seed)
    {
        var random = new Random(seed);
        var rule = new QuotaRule("", 20, TimeSpan.FromMinutes(10));
        var sent = new List<(DateTimeOffset At, int Recipients)>();
        for (var i = 0; i < 60; i++)
        {
            await EnqueueAsync(Message([.. Enumerable.Range(0, random.Next(1, 9)).Select(n => $"{n}@contoso.com")]));
            foreach (var part in await TakeAsync(most: 3))
            {
                if (await BeginAsync(part, rule) is AttemptGrant.Granted granted)
                {
                    Clock.Advance(TimeSpan.FromMilliseconds(random.Next(20_000)));
                    await CompleteAsync(part, granted.AttemptId, [.. part.Recipients.Take(granted.Recipients).Select(each => Relayed(each.Number))]);
                    sent.Add((Now, granted.Recipients));
                }
            }

            Clock.Advance(TimeSpan.FromMilliseconds(random.Next(60_000)));
        }

        Assert.NotEmpty(sent);
        Assert.All(sent, last => Assert.InRange(
            sent.Where(each => each.At > last.At - rule.Window && each.At <= last.At).Sum(each => each.Recipients), 1, rule.Limit));
    }
}
