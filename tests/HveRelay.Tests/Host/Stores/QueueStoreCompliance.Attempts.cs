using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task One_attempt_may_end_differently_for_each_recipient()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com", "d@contoso.com", "e@contoso.com"]));
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part);
        Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.True(await CompleteAsync(
            part,
            attempt,
            Relayed(0),
            new(1, Outcome.Deferred, "451 4.7.0 later", Now.AddMinutes(1)),
            new(2, Outcome.Failed, "550 5.1.1 unknown"),
            new(3, Outcome.Unsure, "closed after the dot", Now.AddMinutes(5)),
            new(4, Outcome.Unsure, "closed after the dot")));

        var record = await FindAsync(id);
        Assert.Equal(
            [RecipientState.Relayed, RecipientState.Queued, RecipientState.Failed, RecipientState.Queued, RecipientState.Held],
            record.Recipients.Select(each => each.State));
        Assert.Equal([null, Now.AddMinutes(1), null, Now.AddMinutes(5), null], record.Recipients.Select(each => each.DueAt));
        Assert.Equal([Now, null, Now, null, null], record.Recipients.Select(each => each.EndedAt));
        Assert.Equal("550 5.1.1 unknown", record.Recipients[2].LastReply);
        Assert.Null(record.EndedAt);
        var kept = Assert.Single(record.Attempts);
        Assert.Equal((1, 1, "hve1@contoso.com", Now.AddSeconds(-3), Now), (kept.Part, kept.Number, kept.Account, kept.StartedAt, kept.EndedAt!.Value));
        Assert.Equal(
            [Outcome.Relayed, Outcome.Deferred, Outcome.Failed, Outcome.Unsure, Outcome.Unsure], kept.Results.Select(each => each.Outcome));
        Assert.Equal(Now.AddMinutes(1), await Store.NextDueAsync(AnyLane, Cancel));
    }

    [Fact]
    public async Task The_next_attempt_has_the_next_number_and_only_who_is_due()
    {
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
        var part = await TakeOneAsync();
        await CompleteAsync(
            part,
            await BegunAsync(part),
            new(0, Outcome.Deferred, "451 later", Now.AddMinutes(1)),
            new(1, Outcome.Deferred, "451 later", Now.AddMinutes(2)));

        Clock.Advance(TimeSpan.FromMinutes(1));
        part = await TakeOneAsync();

        Assert.Equal(2, part.Attempt);
        Assert.Equal([0], part.Recipients.Select(each => each.Number));
    }

    [Fact]
    public async Task An_attempt_ends_once()
    {
        await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part);

        Assert.True(await CompleteAsync(part, attempt, Relayed()));
        Assert.False(await CompleteAsync(part, attempt, Relayed()));
    }

    [Fact]
    public async Task A_message_ends_with_its_last_part()
    {
        var message = Message();
        NewPart[] parts = [.. Enumerable.Range(1, 2).Select(number => new NewPart(number, 2, Lane.AnyAccount, [$"{number}@contoso.com"], Now))];
        var id = await EnqueueAsync(message with { Parts = parts });
        var taken = await TakeAsync();
        await CompleteAsync(taken[0], await BegunAsync(taken[0]), Relayed(0));
        Assert.Null((await FindAsync(id)).EndedAt);

        await CompleteAsync(taken[1], await BegunAsync(taken[1]), new RecipientEnd(1, Outcome.Failed, "550 5.1.1 unknown"));

        Assert.Equal(Now, (await FindAsync(id)).EndedAt);
        Assert.Equal(0, (await Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task Attempts_that_never_ended_become_unsure_at_the_next_start()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part, new QuotaRule("", 100, TimeSpan.FromHours(24)));
        var leased = await EnqueueAsync(Message());
        await TakeOneAsync();
        await ReopenAsync();

        var recovered = Assert.Single(await Store.RecoverAsync(AnyLane, Now, Now.AddMinutes(5), Cancel));

        Assert.Equal((id, 1, "hve1@contoso.com"), (recovered.Envelope.Id, recovered.Part, recovered.Account));
        Assert.Equal(["a@contoso.com", "b@contoso.com"], recovered.Recipients);
        Assert.Equal(leased, (await TakeOneAsync()).Lease.Message);
        Assert.False(await CompleteAsync(part, attempt, Relayed(0), Relayed(1)));
        Assert.Equal(2, await Store.UsedAsync("", Now.AddHours(-1), Cancel));
        var record = await FindAsync(id);
        Assert.All(record.Recipients, each => Assert.Equal((RecipientState.Queued, Now.AddMinutes(5)), (each.State, each.DueAt!.Value)));
        Assert.All(Assert.Single(record.Attempts).Results, each => Assert.Equal(Outcome.Unsure, each.Outcome));
        Assert.Empty(await Store.RecoverAsync(AnyLane, Now, Now, Cancel));
    }

    /// <summary>Durable first, a relay that dies then would never tell it, and send the message once more.</summary>
    [Fact]
    public async Task What_becomes_unsure_is_told_before_it_is_durable()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com"]));
        await BegunAsync(await TakeOneAsync());
        await ReopenAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => Store.RecoverAsync(
            AnyLane, Now, Now, _ => throw new OperationCanceledException("the power fails"), Cancel).AsTask());
        Assert.Null((await FindAsync(id)).Attempts.Single().EndedAt);

        var recovered = Assert.Single(await Store.RecoverAsync(AnyLane, Now, Now, Cancel));
        Assert.Equal((id, 1, 1, 1), (recovered.Envelope.Id, recovered.Part, recovered.Of, recovered.Number));
        Assert.NotNull((await FindAsync(id)).Attempts.Single().EndedAt);
    }

    [Fact]
    public async Task Who_was_unsure_is_known_as_such_at_the_next_attempt()
    {
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));
        var part = await TakeOneAsync();
        Assert.All(part.Recipients, each => Assert.False(each.WasUnsure));
        await CompleteAsync(
            part, await BegunAsync(part), new(0, Outcome.Unsure, "closed", Now), new(1, Outcome.Deferred, "451 later", Now), new(2, Outcome.Unsure, "closed", Now));

        part = await TakeOneAsync();
        Assert.Equal([true, false, true], part.Recipients.Select(each => each.WasUnsure));
        await CompleteAsync(
            part, await BegunAsync(part), new(0, Outcome.Deferred, "451 later", Now), new(1, Outcome.Deferred, "451 later", Now), new(2, Outcome.Deferred, "451 later", Now));

        Assert.Equal([true, false, true], (await TakeOneAsync()).Recipients.Select(each => each.WasUnsure));
    }

    [Fact]
    public async Task Who_is_unsure_at_a_second_start_is_held_and_without_a_due_time_at_the_first()
    {
        var twice = await EnqueueAsync(Message(["a@contoso.com"]));
        await BegunAsync(await TakeOneAsync());
        await ReopenAsync();
        Assert.Empty(Assert.Single(await Store.RecoverAsync(AnyLane, Now, Now, Cancel)).Held);
        await BegunAsync(await TakeOneAsync());
        await ReopenAsync();

        Assert.Equal(["a@contoso.com"], Assert.Single(await Store.RecoverAsync(AnyLane, Now, Now, Cancel)).Held);
        var once = await EnqueueAsync(Message(["b@contoso.com"]));
        await BegunAsync(await TakeOneAsync());
        await ReopenAsync();
        Assert.Equal(["b@contoso.com"], Assert.Single(await Store.RecoverAsync(AnyLane, Now, null, Cancel)).Held);

        Assert.Equal(RecipientState.Held, Assert.Single((await FindAsync(twice)).Recipients).State);
        Assert.Equal((RecipientState.Held, (DateTimeOffset?)null), (Assert.Single((await FindAsync(once)).Recipients).State, (await FindAsync(once)).Recipients[0].DueAt));
        Assert.Equal(2, (await Store.TotalsAsync(Cancel)).HeldMessages);
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task Parts_in_lanes_that_are_gone_move_to_any_account()
    {
        var kept = Lane.Account("hve1@contoso.com");
        var gone = await EnqueueAsync(Message(lane: Lane.Account("hve2@contoso.com")));
        await EnqueueAsync(Message(lane: kept));
        var message = Message(lane: Lane.Account("hve2@contoso.com"));
        var held = await EnqueueAsync(message with { Parts = [message.Parts[0] with { Held = true }] });

        await Store.RecoverAsync([Lane.AnyAccount, kept], Now, Now, Cancel);

        Assert.Equal(gone, (await TakeOneAsync()).Lease.Message);
        Assert.Equal(Lane.AnyAccount, Assert.Single((await FindAsync(held)).Recipients).Lane);
        Assert.Single(await TakeAsync(lanes: kept));
    }

    [Fact]
    public async Task Expiry_fails_what_is_queued_and_not_leased_a_few_at_a_time()
    {
        var leased = await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), new RecipientEnd(0, Outcome.Deferred, "451 4.7.0 later", Now.AddDays(3)));
        var tried = leased;
        Clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        leased = await EnqueueAsync(Message() is var message ? message with { Envelope = message.Envelope with { ExpiresAt = Now } } : null!);
        await TakeOneAsync();
        var elsewhere = await EnqueueAsync(Message(lane: Lane.Smarthost("external")));
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]) is var two ? two with { Envelope = two.Envelope with { ExpiresAt = Now } } : null!);
        Assert.Empty(await Store.ExpireAsync(AnyLane, Now, 2, Cancel));
        Clock.Advance(TimeSpan.FromSeconds(2));

        var first = await Store.ExpireAsync(AnyLane, Now, 2, Cancel);
        var second = await Store.ExpireAsync(AnyLane, Now, 2, Cancel);

        Assert.Equal((2, 1), (first.Count, second.Count));
        var expired = Assert.Single(first.Concat(second), each => each.Envelope.Id == tried);
        Assert.Equal((0, "a@contoso.com", 1, "451 4.7.0 later"), (expired.Number, expired.Address, expired.Attempts, expired.LastReply));
        Assert.Equal(RecipientState.Failed, Assert.Single((await FindAsync(tried)).Recipients).State);
        Assert.Equal(Now, (await FindAsync(tried)).EndedAt);
        Assert.Equal(RecipientState.Queued, Assert.Single((await FindAsync(leased)).Recipients).State);
        Assert.Equal(RecipientState.Queued, Assert.Single((await FindAsync(elsewhere)).Recipients).State);
    }

    [Fact]
    public async Task Purge_drops_what_ended_long_ago_and_nothing_else()
    {
        var old = new List<MessageId>();
        for (var i = 0; i < 3; i++)
        {
            old.Add(await EnqueueAsync(Message()));
            var part = await TakeOneAsync();
            await CompleteAsync(part, await BegunAsync(part), Relayed());
        }

        var waits = await EnqueueAsync(Message());
        Clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal(2, await Store.PurgeAsync(Now, 2, Cancel));
        Assert.Equal(1, await Store.PurgeAsync(Now, 100, Cancel));
        Assert.Equal(0, await Store.PurgeAsync(Now, 100, Cancel));
        await ReopenAsync();
        Assert.All(old, id => Assert.Null(Store.FindAsync(id, Cancel).AsTask().GetAwaiter().GetResult()));
        Assert.NotNull(await Store.FindAsync(waits, Cancel));
    }

    [Fact]
    public async Task A_probe_writes_and_syncs()
    {
        var before = (await Store.TotalsAsync(Cancel)).Syncs;

        Assert.True(await Store.ProbeAsync(Cancel) >= TimeSpan.Zero);

        Assert.Equal(before + 1, (await Store.TotalsAsync(Cancel)).Syncs);
    }
}
