using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    private static readonly string[] Two = ["a@contoso.com", "b@contoso.com"];

    [Fact]
    public async Task What_is_held_does_not_go_until_it_is_released_and_then_at_once()
    {
        var id = await EnqueueAsync(Message(Two));
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Deferred(0), Deferred(1));

        var held = await ChangeAsync(ChangeKind.Hold, id);

        Assert.Equal([(RecipientState.Held, ChangeEffect.Changed), (RecipientState.Held, ChangeEffect.Changed)], Effects(held));
        Assert.Equal((0, 1), ((await Store.TotalsAsync(Cancel)).QueuedMessages, (await Store.TotalsAsync(Cancel)).HeldMessages));
        Assert.All((await FindAsync(id)).Recipients, each => Assert.Equal((RecipientState.Held, null), (each.State, each.DueAt)));
        Assert.Null(await Store.NextDueAsync(AnyLane, Cancel));
        Clock.Advance(TimeSpan.FromDays(3));
        Assert.Empty(await TakeAsync());
        Assert.Empty(await Store.ExpireAsync(AnyLane, Now, 10, Cancel));

        var released = await ChangeAsync(ChangeKind.Release, id);

        Assert.Equal(2, released.Changed);
        Assert.All((await FindAsync(id)).Recipients, each => Assert.Equal((RecipientState.Queued, Now), (each.State, each.DueAt!.Value)));
        Assert.Equal([0, 1], (await TakeOneAsync()).Recipients.Select(each => each.Number));
    }

    [Fact]
    public async Task A_retry_is_due_now_and_the_schedule_begins_anew()
    {
        var id = await EnqueueAsync(Message(Two));
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var tried = await TakeOneAsync();
            Assert.Equal((attempt, attempt), (tried.Attempt, tried.Wait));
            await CompleteAsync(tried, await BegunAsync(tried), Deferred(0), Deferred(1));
            Clock.Advance(attempt == 1 ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        }

        Assert.Empty(await TakeAsync());
        var retried = await ChangeAsync(ChangeKind.Retry, id);

        Assert.Equal([(RecipientState.Queued, ChangeEffect.Changed), (RecipientState.Queued, ChangeEffect.Changed)], Effects(retried));
        await ReopenAsync();
        var part = await TakeOneAsync();
        Assert.Equal((3, 1), (part.Attempt, part.Wait));
        await CompleteAsync(part, await BegunAsync(part), Deferred(0), Deferred(1));
        Clock.Advance(TimeSpan.FromHours(1));
        part = await TakeOneAsync();
        Assert.Equal((4, 2), (part.Attempt, part.Wait));
    }

    [Fact]
    public async Task What_is_removed_has_ended_and_its_content_is_gone()
    {
        var id = await EnqueueAsync(Message(Two));
        await ChangeAsync(ChangeKind.Hold, id, recipient: "B@");

        var removed = await ChangeAsync(ChangeKind.Remove, id);

        Assert.Equal([(RecipientState.Removed, ChangeEffect.Changed), (RecipientState.Removed, ChangeEffect.Changed)], Effects(removed));
        await ReopenAsync();
        var record = await FindAsync(id);
        Assert.Equal(Now, record.EndedAt);
        Assert.All(record.Recipients, each => Assert.Equal((RecipientState.Removed, null, Now), (each.State, each.DueAt, each.EndedAt!.Value)));
        Assert.Empty(await TakeAsync());
        Assert.Equal(RecipientState.Removed, Assert.Single(await Store.ListAsync(new QueueFilter(RecipientState.Removed), Cancel)).State);
        var gone = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(id));
        Assert.Equal(StoreFault.ContentLost, gone.Fault);
    }

    [Fact]
    public async Task What_is_bounced_has_failed_for_the_operator_s_reason()
    {
        var id = await EnqueueAsync(Message(Two));
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Deferred(0), Deferred(1));
        Clock.Advance(TimeSpan.FromMinutes(1));

        var bounced = await ChangeAsync(ChangeKind.Bounce, id, reason: "no such project", recipient: "b@");

        Assert.Equal([(1, "b@contoso.com", RecipientState.Failed)], bounced.Recipients.Select(each => (each.Number, each.Address, each.State)));
        var record = await FindAsync(id);
        Assert.Equal(["451 4.7.0 later", "no such project"], record.Recipients.Select(each => each.LastReply));
        Assert.Equal([RecipientState.Queued, RecipientState.Failed], record.Recipients.Select(each => each.State));
        Assert.Equal("no such project", Assert.Single(await Store.ListAsync(new QueueFilter(), Cancel)).LastReply);
        await Assert.ThrowsAsync<ArgumentException>(() => ChangeAsync(ChangeKind.Bounce, id));
    }

    [Fact]
    public async Task Every_change_stands_in_the_history_with_who_made_it_and_goes_with_it()
    {
        var id = await EnqueueAsync(Message(Two));
        await ChangeAsync(ChangeKind.Hold, id, recipient: "b@");
        await ChangeAsync(ChangeKind.Hold, id, recipient: "b@");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await ChangeAsync(ChangeKind.Remove, id, reason: "a loop");

        var changes = (await FindAsync(id)).Changes;

        Assert.Equal(
            [(Now.AddMinutes(-1), ChangeKind.Hold, "alice", null), (Now, ChangeKind.Remove, "alice", "a loop")],
            changes.Select(each => (each.At, each.Kind, each.By, each.Reason)));
        Assert.Equal([[1], [0, 1]], changes.Select(each => each.Recipients));
        Assert.Equal(1, await Store.PurgeAsync(Now.AddSeconds(1), 10, Cancel));
        await ReopenAsync();
        Assert.Null(await Store.FindAsync(id, Cancel));
    }

    [Fact]
    public async Task What_is_being_sent_is_neither_removed_nor_bounced_nor_retried_and_a_hold_waits_for_its_end()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));
        var part = await TakeOneAsync();
        var attempt = await BegunAsync(part);

        foreach (var kind in new[] { ChangeKind.Remove, ChangeKind.Bounce, ChangeKind.Retry })
        {
            Assert.All((await ChangeAsync(kind, id, "x")).Recipients, each => Assert.Equal((RecipientState.Queued, ChangeEffect.Sending), (each.State, each.Effect)));
        }

        Assert.All((await ChangeAsync(ChangeKind.Hold, id)).Recipients, each => Assert.Equal(ChangeEffect.ChangedWhileSending, each.Effect));
        Assert.All((await ChangeAsync(ChangeKind.Remove, id)).Recipients, each => Assert.Equal((RecipientState.Held, ChangeEffect.Sending), (each.State, each.Effect)));
        Assert.All((await ChangeAsync(ChangeKind.Release, id, recipient: "c@")).Recipients, each => Assert.Equal(ChangeEffect.ChangedWhileSending, each.Effect));
        Assert.True(Assert.Single(await Store.ListAsync(new QueueFilter(Sending: true), Cancel)).IsSending);

        Assert.True(await CompleteAsync(part, attempt, Relayed(0), Deferred(1), Deferred(2)));

        Assert.Equal([RecipientState.Relayed, RecipientState.Held, RecipientState.Queued], (await FindAsync(id)).Recipients.Select(each => each.State));
        Assert.Empty(await Store.ListAsync(new QueueFilter(Sending: true), Cancel));
        Assert.False(Assert.Single(await Store.ListAsync(new QueueFilter(), Cancel)).IsSending);
        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([2], (await TakeOneAsync()).Recipients.Select(each => each.Number));
    }

    [Fact]
    public async Task Who_is_not_in_the_attempt_of_its_part_can_be_changed_and_the_attempt_still_ends()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));
        var part = Assert.Single(await TakeAsync(mostRecipients: 1));
        var attempt = await BegunAsync(part);

        var removed = await ChangeAsync(ChangeKind.Remove, id, recipient: "b@");
        var all = await ChangeAsync(ChangeKind.Bounce, id, "enough");

        Assert.Equal(1, removed.Changed);
        Assert.Equal(
            [(RecipientState.Queued, ChangeEffect.Sending), (RecipientState.Removed, ChangeEffect.Ended), (RecipientState.Failed, ChangeEffect.Changed)],
            Effects(all));
        Assert.True(await CompleteAsync(part, attempt, Relayed()));
        Assert.Equal(Now, (await FindAsync(id)).EndedAt);
    }

    [Theory]
    [InlineData(ChangeKind.Hold)]
    [InlineData(ChangeKind.Remove)]
    [InlineData(ChangeKind.Bounce)]
    public async Task What_is_leased_and_not_begun_does_not_begin_any_more(ChangeKind kind)
    {
        var id = await EnqueueAsync(Message());
        var part = await TakeOneAsync();

        Assert.Equal(1, (await ChangeAsync(kind, id, "x")).Changed);

        Assert.IsType<AttemptGrant.LeaseLost>(await BeginAsync(part));
        Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(await TakeAsync());
        Assert.Empty((await FindAsync(id)).Attempts);
    }

    [Fact]
    public async Task An_attempt_that_a_relay_left_when_it_died_is_in_nobody_s_way()
    {
        var id = await EnqueueAsync(Message(Two));
        await BegunAsync(await TakeOneAsync());
        await ReopenAsync();

        var changed = await ChangeAsync(ChangeKind.Hold, id, recipient: "a@");
        var removed = await ChangeAsync(ChangeKind.Remove, id, recipient: "b@");

        Assert.Equal([(RecipientState.Held, ChangeEffect.Changed)], Effects(changed));
        Assert.Equal([(RecipientState.Removed, ChangeEffect.Changed)], Effects(removed));
        await ReopenAsync();
        await Store.RecoverAsync(AnyLane, Now, Now, Cancel);
        Assert.Equal([RecipientState.Held, RecipientState.Removed], (await FindAsync(id)).Recipients.Select(each => each.State));
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task What_does_not_fit_is_told_and_not_touched()
    {
        var ended = await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Relayed());
        var queued = await EnqueueAsync(Message());
        var held = await EnqueueAsync(Message());
        await ChangeAsync(ChangeKind.Hold, held);
        (ChangeKind Kind, MessageId Message, RecipientState State, ChangeEffect Effect)[] table =
        [
            (ChangeKind.Hold, held, RecipientState.Held, ChangeEffect.Unfit),
            (ChangeKind.Release, queued, RecipientState.Queued, ChangeEffect.Unfit),
            (ChangeKind.Retry, held, RecipientState.Held, ChangeEffect.Unfit),
            (ChangeKind.Hold, ended, RecipientState.Relayed, ChangeEffect.Ended),
            (ChangeKind.Release, ended, RecipientState.Relayed, ChangeEffect.Ended),
            (ChangeKind.Retry, ended, RecipientState.Relayed, ChangeEffect.Ended),
            (ChangeKind.Remove, ended, RecipientState.Relayed, ChangeEffect.Ended),
            (ChangeKind.Bounce, ended, RecipientState.Relayed, ChangeEffect.Ended),
        ];

        foreach (var (kind, id, state, effect) in table)
        {
            var before = await FindAsync(id);
            Assert.Equal([(state, effect)], Effects(await ChangeAsync(kind, id, "x")));
            var after = await FindAsync(id);
            Assert.Equal((before.Recipients[0], before.Changes.Count), (after.Recipients[0], after.Changes.Count));
        }
    }

    [Fact]
    public async Task Many_are_changed_with_one_sync_a_result_for_each_and_only_the_state_that_was_meant()
    {
        var mixed = await EnqueueAsync(Message(Two));
        await ChangeAsync(ChangeKind.Hold, mixed, recipient: "a@");
        var other = await EnqueueAsync(Message());
        var unknown = new MessageId(7);
        var before = (await Store.TotalsAsync(Cancel)).Syncs;

        var results = await Store.ChangeAsync(
            new QueueChange(ChangeKind.Remove, [other, unknown, mixed], Now, "alice", State: RecipientState.Held), Cancel);

        Assert.Equal(before + 1, (await Store.TotalsAsync(Cancel)).Syncs);
        Assert.Equal([other, unknown, mixed], results.Select(each => each.Message));
        Assert.Equal([0, 0, 1], results.Select(each => each.Changed));
        Assert.Equal([false, true, false], results.Select(each => each.Envelope is null));
        Assert.Equal([RecipientState.Removed, RecipientState.Queued], (await FindAsync(mixed)).Recipients.Select(each => each.State));
        Assert.Equal(2, (await Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    private RecipientEnd Deferred(int number) => new(number, Outcome.Deferred, "451 4.7.0 later", Now.AddHours(1));

    private async Task<ChangeResult> ChangeAsync(ChangeKind kind, MessageId id, string? reason = null, string? recipient = null) =>
        Assert.Single(await Store.ChangeAsync(new QueueChange(kind, [id], Now, "alice", reason, recipient), Cancel));

    private static IEnumerable<(RecipientState State, ChangeEffect Effect)> Effects(ChangeResult result) =>
        result.Recipients.Select(each => (each.State, each.Effect));
}
