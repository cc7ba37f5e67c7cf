using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Tests.Host.Stores;

/// <summary>What is kept for who asks why, and how it is found.</summary>
public abstract partial class QueueStoreCompliance
{
    private const string OddText = "x \"y\" \\ \0 ü 漢 %_\r\n";

    [Fact]
    public async Task How_a_message_came_is_kept_with_it_until_the_history_goes()
    {
        var arrival = new Arrival(
            "42@printer", "devices", Now.AddSeconds(-1), "10.20.0.0/16", ["no EHLO", OddText],
            [new ArrivalRefusal("you@example.com", "external recipient", "550 5.7.1 No"), new ArrivalRefusal(null, OddText, OddText)], 3);
        var id = await EnqueueAsync(Message() with { Arrival = arrival });
        var plain = await EnqueueAsync(Message() with { Arrival = new Arrival(null, "devices", Now, null, [], [], 0) });
        var notice = await EnqueueAsync(Message());
        var part = (await TakeAsync()).Single(each => each.Lease.Message == id);
        await CompleteAsync(part, await BegunAsync(part), Relayed());

        await ReopenAsync();

        Assert.Equivalent(arrival, (await FindAsync(id)).Arrival, strict: true);
        Assert.Equivalent(new Arrival(null, "devices", Now, null, [], [], 0), (await FindAsync(plain)).Arrival, strict: true);
        Assert.Null((await FindAsync(notice)).Arrival);
    }

    [Fact]
    public async Task A_message_of_several_chunks_has_its_arrival_too()
    {
        var message = Message(size: 200_000) with { Arrival = new Arrival("big@printer", "devices", Now, null, [], [], 0) };

        var id = await EnqueueAsync(message, Octets(200_000));

        Assert.Equal("big@printer", (await FindAsync(id)).Arrival!.MessageId);
    }

    [Fact]
    public async Task A_message_is_found_by_the_name_that_its_client_gave_it_the_latest_first()
    {
        var first = await EnqueueAsync(Named("42@printer"));
        await EnqueueAsync(Named("43@printer"));
        await EnqueueAsync(Message());
        var again = await EnqueueAsync(Named("42@printer"));

        Assert.Equal([again, first], await Store.NamedAsync("42@printer", 10, Cancel));
        Assert.Equal([again], await Store.NamedAsync("42@printer", 1, Cancel));
        Assert.Empty(await Store.NamedAsync("42@PRINTER", 10, Cancel));
    }

    [Fact]
    public async Task What_was_done_to_the_header_and_where_it_failed_is_kept_with_the_attempt()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
        var part = await TakeOneAsync();
        var failure = new FailurePoint(Stage.Rcpt, Breakage.None);
        await Store.CompleteAsync(
            new AttemptEnd(await BegunAsync(part), part.Lease, Now, [Relayed(), new(1, Outcome.Failed, "550 5.1.1 no") { Failure = failure }])
            {
                Rewriting = ["From a@contoso.com became hve1@contoso.com", "Reply-To added"],
            },
            Cancel);
        await ReopenAsync();

        var attempt = Assert.Single((await FindAsync(id)).Attempts);

        Assert.Equal(["From a@contoso.com became hve1@contoso.com", "Reply-To added"], attempt.Rewriting);
        Assert.Equal([null, failure], attempt.Results.Select(each => each.Failure));
    }

    [Fact]
    public async Task Who_was_told_is_kept_with_the_message_and_goes_with_it()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]));
        await Store.MarkDelayedAsync(Now, Now, 10, Cancel);
        var late = NoticeMessage();
        Assert.True(await TellAsync(await Store.UntoldAsync(Scanner, 10, Cancel), late));
        Clock.Advance(TimeSpan.FromHours(1));
        var part = (await TakeAsync()).Single(each => each.Lease.Message == id);
        await CompleteAsync(part, await BegunAsync(part), Relayed(), new RecipientEnd(1, Outcome.Failed, "550 5.1.1 no"));

        var before = (await FindAsync(id)).Notices;
        Assert.True(await Store.TellAsync(new Telling(string.Empty, Now, [await Store.UntoldAsync(Scanner, 10, Cancel)], null), null, Cancel));
        await ReopenAsync();
        var after = (await FindAsync(id)).Notices;

        Assert.Equivalent(
            new NoticeRecord[] { new(Now.AddHours(-1), "scanner@contoso.com", late.Envelope.Id, true, [0, 1]), new(null, string.Empty, null, false, [1]) }, before, strict: true);
        Assert.Equivalent(new NoticeRecord(Now, string.Empty, null, false, [1]), after[^1], strict: true);
        Clock.Advance(TimeSpan.FromDays(1));
        await Store.PurgeAsync(Now, 10, Cancel);
        await CommittedAsync();
        Assert.Null(await Store.FindAsync(id, Cancel));
    }

    [Fact]
    public async Task An_address_or_a_client_is_found_by_each_of_its_names_as_a_whole_the_latest_first()
    {
        var one = Message(["Anna.Berg@contoso.com", "anna.berg@contoso.com"], client: "erp");
        var first = await EnqueueAsync(one with { Envelope = one.Envelope with { ReversePath = "payroll@contoso.com", Origin = one.Envelope.Origin with { User = "Erp-Login" } } });
        var second = await EnqueueAsync(Message(["b@contoso.com"]));
        var third = await EnqueueAsync(Message(["payroll@contoso.com"]));
        var refusal = Refusal("sender", "10.20.3.9") with { User = "erp-login", From = "Payroll@contoso.com", To = "x@example.com" };
        await Store.SeenAsync([], [Refusal("loop", "10.20.3.8"), refusal], Cancel);
        await CommittedAsync();
        (string Of, MessageId[] Messages, string[] Refusals)[] cases =
        [
            ("PAYROLL@contoso.com", [third, first], ["sender"]),
            ("anna.berg@contoso.com", [first], []),
            ("x@example.com", [], ["sender"]),
            ("ERP", [first], []),
            ("erp-login", [first], ["sender"]),
            ("10.20.3.7", [third, second, first], []),
            ("10.20.3.8", [], ["loop"]),
            ("scanner-3", [third, second, first], []),
            ("scanners", [third, second], ["sender", "loop"]),
            ("scan", [], []),
            ("10.20.3.%", [], []),
        ];

        foreach (var (of, messages, refusals) in cases)
        {
            var traces = await Store.TracesAsync(of, 10, Cancel);
            Assert.Equal(messages, traces.Messages.Select(each => each.Envelope.Id));
            Assert.Equal(refusals, traces.Refusals.Select(each => each.Reason));
        }

        var latest = await Store.TracesAsync("scanners", 1, Cancel);
        Assert.Equal((third, "sender"), (Assert.Single(latest.Messages).Envelope.Id, Assert.Single(latest.Refusals).Reason));
        Assert.Equal(third, Assert.Single((await Store.TracesAsync("payroll@contoso.com", 1, Cancel)).Messages).Envelope.Id);
    }

    private NewMessage Named(string name) => Message() with { Arrival = new Arrival(name, "devices", Now, null, [], [], 0) };
}
