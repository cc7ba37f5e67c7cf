using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task The_list_is_in_order_of_age_and_goes_on_behind_a_message()
    {
        var ids = new List<MessageId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await EnqueueAsync(Message()));
        }

        var first = await Store.ListAsync(new QueueFilter(Limit: 3), Cancel);
        var rest = await Store.ListAsync(new QueueFilter(After: first[^1].Envelope.Id, Limit: 3), Cancel);

        Assert.Equal(ids, first.Concat(rest).Select(each => each.Envelope.Id));
        Assert.Equal(3, first.Count);
    }

    [Fact]
    public async Task Who_looks_while_a_message_ends_never_sees_an_end_without_its_reply()
    {
        for (var i = 0; i < 100; i++)
        {
            var id = await EnqueueAsync(Message());
            var part = await TakeOneAsync();
            var attempt = await BegunAsync(part);
            var ending = Task.Run(() => CompleteAsync(part, attempt, new RecipientEnd(0, Outcome.Failed, "550 5.1.1 unknown")), Cancel);
            RecipientRecord seen;
            do
            {
                seen = Assert.Single((await FindAsync(id)).Recipients);
                Assert.Equal(seen.State == RecipientState.Failed ? "550 5.1.1 unknown" : null, seen.LastReply);
            }
            while (seen.State != RecipientState.Failed);
            Assert.True(await ending);
        }
    }

    [Fact]
    public async Task The_list_filters()
    {
        var message = Message(["Anna.Berg@contoso.com"], client: "erp_1");
        var one = await EnqueueAsync(message with { Envelope = message.Envelope with { ReversePath = "payroll@contoso.com" } });
        Clock.Advance(TimeSpan.FromHours(1));
        var other = await EnqueueAsync(Message(["b@contoso.com"], client: "erpx1"));
        (QueueFilter Filter, MessageId[] Expected)[] cases =
        [
            (new(), [one, other]),
            (new(Client: "ERP"), [one, other]),
            (new(Client: "p_1"), [one]),
            (new(Client: "%"), []),
            (new(Sender: "PAYROLL"), [one]),
            (new(Recipient: "anna"), [one]),
            (new(Recipient: "contoso.com"), [one, other]),
            (new(ReceivedBefore: Now), [one]),
            (new(Client: "erp", Recipient: "b@"), [other]),
            (new(State: RecipientState.Queued), [one, other]),
            (new(State: RecipientState.Relayed), []),
        ];

        foreach (var (filter, expected) in cases)
        {
            Assert.Equal(expected, (await Store.ListAsync(filter, Cancel)).Select(each => each.Envelope.Id));
        }
    }

    [Fact]
    public async Task A_message_is_listed_under_each_state_and_shows_the_one_furthest_from_its_end()
    {
        string[] recipients = [.. Enumerable.Range(0, 5).Select(n => $"{n}@contoso.com")];
        var message = Message(recipients);
        await EnqueueAsync(message);
        var part = await TakeOneAsync();
        await CompleteAsync(
            part,
            await BegunAsync(part),
            Relayed(0),
            new(1, Outcome.Failed, "550 5.1.1 unknown"),
            new(2, Outcome.Deferred, "451 later", Now.AddHours(1)),
            new(3, Outcome.Unsure, "closed"),
            new(4, Outcome.Deferred, "451 later", Now.AddHours(2)));

        foreach (var state in new[] { RecipientState.Queued, RecipientState.Held, RecipientState.Relayed, RecipientState.Failed })
        {
            var entry = Assert.Single(await Store.ListAsync(new QueueFilter(state), Cancel));
            Assert.Equal(RecipientState.Queued, entry.State);
            Assert.Equal(message.Envelope, entry.Envelope);
            Assert.Equal(recipients[..3], entry.Recipients);
            Assert.Equal((5, 1, Now.AddHours(1)), (entry.RecipientCount, entry.Attempts, entry.NextDue!.Value));
            Assert.Equal("550 5.1.1 unknown", entry.LastReply);
        }

        Assert.Empty(await Store.ListAsync(new QueueFilter(RecipientState.Removed), Cancel));
    }

    [Fact]
    public async Task Nothing_is_known_of_a_message_that_never_was() => Assert.Null(await Store.FindAsync(new MessageId(7), Cancel));

    [Fact]
    public async Task Totals_count_what_has_not_ended()
    {
        Assert.Null((await Store.TotalsAsync(Cancel)).OldestDue);
        await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"], dueAt: Now.AddMinutes(3)));
        await EnqueueAsync(Message(dueAt: Now.AddMinutes(-3)));
        await EnqueueAsync(Message(client: "erp", dueAt: Now.AddMinutes(-5)));
        var taken = await TakeAsync(most: 1);
        await CompleteAsync(taken[0], await BegunAsync(taken[0]), Relayed());

        var totals = await Store.TotalsAsync(Cancel);

        Assert.Equal((2, 0, 3), (totals.QueuedMessages, totals.HeldMessages, totals.QueuedRecipients));
        Assert.Equal(Now.AddMinutes(-3), totals.OldestDue);
    }

    [Fact]
    public async Task Texts_of_others_come_back_as_they_were()
    {
        const string Odd = "550 5.1.1 'x' \"y\" \\ \0 ü 漢 %_\r\n";
        var message = Message(client: string.Empty);
        var envelope = message.Envelope with { ReversePath = string.Empty, Origin = message.Envelope.Origin with { HelloName = Odd, User = "" } };
        var id = await EnqueueAsync(message with { Envelope = envelope });
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), new RecipientEnd(0, Outcome.Failed, Odd));

        var record = await FindAsync(id);

        Assert.Equal(envelope, record.Envelope);
        Assert.Equal(Odd, record.Recipients[0].LastReply);
    }
}
