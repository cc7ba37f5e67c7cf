using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task What_was_enqueued_comes_back_as_it_was_with_those_recipients_that_are_due()
    {
        var message = Message(["a@contoso.com", "b@contoso.com"]);
        await EnqueueAsync(message);

        var part = await TakeOneAsync();

        Assert.Equal(message.Envelope, part.Envelope);
        Assert.Equal((1, 1, 1, Lane.AnyAccount), (part.Number, part.Of, part.Attempt, part.Lane));
        Assert.Equal([new(0, "a@contoso.com"), new(1, "b@contoso.com")], part.Recipients);
    }

    [Fact]
    public async Task Recipients_are_numbered_through_all_parts()
    {
        var message = Message();
        NewPart[] parts =
        [
            new(1, 2, Lane.AnyAccount, ["a@contoso.com", "b@contoso.com"], Now),
            new(2, 2, Lane.Smarthost("external"), ["c@fabrikam.com"], Now),
        ];
        await EnqueueAsync(message with { Parts = parts });

        var part = Assert.Single(await TakeAsync(lanes: Lane.Smarthost("external")));

        Assert.Equal([new(2, "c@fabrikam.com")], part.Recipients);
        Assert.Equal((2, 2), (part.Number, part.Of));
    }

    [Fact]
    public async Task Nothing_is_taken_before_it_is_due_nor_from_another_lane()
    {
        await EnqueueAsync(Message(dueAt: Now.AddSeconds(1)));
        await EnqueueAsync(Message(lane: Lane.Account("hve2@contoso.com")));

        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await TakeAsync());
    }

    [Fact]
    public async Task The_better_priority_goes_first_over_all_lanes()
    {
        var other = Lane.Smarthost("external");
        var bulk = await EnqueueAsync(Message(priority: Priority.Bulk, dueAt: Now.AddHours(-1)));
        var normal = await EnqueueAsync(Message(lane: other));
        var urgent = await EnqueueAsync(Message(priority: Priority.Urgent));

        var taken = await TakeAsync(lanes: [Lane.AnyAccount, other]);

        Assert.Equal([urgent, normal, bulk], taken.Select(part => part.Lease.Message));
    }

    [Fact]
    public async Task A_client_with_much_mail_does_not_hold_up_the_others()
    {
        for (var i = 0; i < 20; i++)
        {
            await EnqueueAsync(Message(client: "erp", dueAt: Now.AddHours(-1)));
        }

        await EnqueueAsync(Message(client: "scanners"));
        await EnqueueAsync(Message(client: "printers"));

        var taken = await TakeAsync(most: 5);

        Assert.Equal(["erp", "scanners", "printers", "erp", "erp"], taken.Select(part => part.Envelope.Origin.Client));
    }

    [Fact]
    public async Task Turns_go_on_from_one_call_to_the_next()
    {
        for (var i = 0; i < 3; i++)
        {
            await EnqueueAsync(Message(client: "erp", dueAt: Now.AddHours(-1)));
            await EnqueueAsync(Message(client: "scanners"));
        }

        var clients = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            clients.Add(Assert.Single(await TakeAsync(most: 1)).Envelope.Origin.Client);
        }

        Assert.Equal(["erp", "scanners", "erp", "scanners"], clients);
    }

    [Fact]
    public async Task Of_one_client_what_is_due_first_goes_first()
    {
        var later = await EnqueueAsync(Message(dueAt: Now.AddMinutes(-1)));
        var first = await EnqueueAsync(Message(dueAt: Now.AddMinutes(-2)));

        Assert.Equal([first, later], (await TakeAsync()).Select(part => part.Lease.Message));
    }

    [Fact]
    public async Task No_more_recipients_are_taken_than_asked_for_and_the_others_stay_due()
    {
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com", "c@contoso.com"]));

        var part = Assert.Single(await TakeAsync(mostRecipients: 2));
        Assert.Equal([0, 1], part.Recipients.Select(each => each.Number));
        await CompleteAsync(part, await BegunAsync(part), Relayed(0), Relayed(1));

        Assert.Equal([2], (await TakeOneAsync()).Recipients.Select(each => each.Number));
    }

    [Fact]
    public async Task What_is_leased_is_not_taken_again_before_the_lease_is_over()
    {
        await EnqueueAsync(Message());
        var first = await TakeOneAsync();

        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.Empty(await TakeAsync());
        Clock.Advance(TimeSpan.FromTicks(1));
        var second = await TakeOneAsync();

        Assert.True(second.Lease.Token > first.Lease.Token);
    }

    [Fact]
    public async Task Who_lost_the_lease_cannot_begin()
    {
        var id = await EnqueueAsync(Message());
        var first = await TakeOneAsync();
        Clock.Advance(TimeSpan.FromMinutes(10));
        var second = await TakeOneAsync();

        Assert.IsType<AttemptGrant.LeaseLost>(await BeginAsync(first));
        Assert.True(await CompleteAsync(second, await BegunAsync(second), Relayed()));
        Assert.Equal(RecipientState.Relayed, Assert.Single((await FindAsync(id)).Recipients).State);
    }

    [Fact]
    public async Task What_is_being_sent_is_not_taken_again_however_long_it_takes()
    {
        var id = await EnqueueAsync(Message());
        var slow = await TakeOneAsync();
        var attempt = await BegunAsync(slow);

        for (var hour = 0; hour < 5; hour++)
        {
            Clock.Advance(TimeSpan.FromHours(1));
            Assert.Empty(await TakeAsync());
        }

        Assert.True(await CompleteAsync(slow, attempt, Relayed()));
        Assert.Equal(RecipientState.Relayed, Assert.Single((await FindAsync(id)).Recipients).State);
    }

    [Fact]
    public async Task A_released_part_is_due_as_before_or_when_told()
    {
        await EnqueueAsync(Message());
        var part = await TakeOneAsync();
        await Store.ReleaseAsync([part.Lease], null, Cancel);
        Assert.Equal(Now, await Store.NextDueAsync(AnyLane, Cancel));

        part = await TakeOneAsync();
        Assert.Equal(1, part.Attempt);
        await Store.ReleaseAsync([part.Lease], Now.AddMinutes(5), Cancel);

        Assert.Empty(await TakeAsync());
        Assert.Equal(Now.AddMinutes(5), await Store.NextDueAsync(AnyLane, Cancel));
    }

    [Fact]
    public async Task A_lost_lease_releases_nothing()
    {
        await EnqueueAsync(Message());
        var first = await TakeOneAsync();
        Clock.Advance(TimeSpan.FromMinutes(10));
        await TakeOneAsync();

        await Store.ReleaseAsync([first.Lease], null, Cancel);

        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task The_next_due_time_is_the_earliest_of_the_lanes_and_a_lease_ends_too()
    {
        var other = Lane.Smarthost("external");
        Assert.Null(await Store.NextDueAsync([Lane.AnyAccount, other], Cancel));
        await EnqueueAsync(Message(dueAt: Now.AddHours(2)));
        await EnqueueAsync(Message(client: "erp", priority: Priority.Bulk, dueAt: Now.AddHours(1)));
        await EnqueueAsync(Message(lane: other));

        Assert.Equal(Now.AddHours(1), await Store.NextDueAsync(AnyLane, Cancel));
        await TakeAsync(lanes: other);
        Assert.Equal(Now.AddMinutes(10), await Store.NextDueAsync([Lane.AnyAccount, other], Cancel));
    }

    [Fact]
    public async Task Held_parts_wait_for_an_operator()
    {
        var message = Message();
        var id = await EnqueueAsync(message with { Parts = [message.Parts[0] with { Held = true }] });

        Clock.Advance(TimeSpan.FromDays(1));

        Assert.Empty(await TakeAsync());
        Assert.Null(await Store.NextDueAsync(AnyLane, Cancel));
        Assert.Equal(RecipientState.Held, Assert.Single((await FindAsync(id)).Recipients).State);
        Assert.Equal((0, 1), ((await Store.TotalsAsync(Cancel)).QueuedMessages, (await Store.TotalsAsync(Cancel)).HeldMessages));
    }

    [Fact]
    public async Task A_message_that_cannot_be_enqueued_harms_no_other()
    {
        var message = Message();
        await EnqueueAsync(message);

        var all = Enumerable.Range(0, 20).Select(i => EnqueueAsync(i == 10 ? message : Message())).ToArray();
        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(all));

        Assert.Equal(19, all.Count(each => each.IsCompletedSuccessfully));
        Assert.Equal(20, (await Store.TotalsAsync(Cancel)).QueuedMessages);
    }
}
