using System.Text;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>Who has to be told, and that he is told once.</summary>
public abstract partial class QueueStoreCompliance
{
    private static readonly UntoldSource Scanner = new("scanner@contoso.com", "scanners");

    [Fact]
    public async Task Who_failed_is_untold_with_the_beginning_of_the_message_although_its_content_is_gone()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]), "Subject: scan\r\n\r\nhi\r\n"u8.ToArray());
        var part = await TakeOneAsync();

        await CompleteAsync(part, await BegunAsync(part), Relayed(), new RecipientEnd(1, Outcome.Failed, "550 5.1.1 no"));

        await ReopenAsync();
        Assert.Equal([Scanner], await Store.UntoldSourcesAsync(10, Cancel));
        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);
        Assert.Equal((1, 0), (untold.Failed, untold.Delayed));
        var only = Assert.Single(untold.First);
        Assert.Equal((id, 1, false, Now), (only.Message, only.Number, only.IsDelayed, only.At));
        Assert.Equal("Subject: scan\r\n\r\nhi\r\n", Encoding.ASCII.GetString(only.Head.Span));
    }

    [Fact]
    public async Task Who_expired_or_was_bounced_is_untold_and_who_was_relayed_or_removed_is_not()
    {
        var expired = await EnqueueAsync(Message());
        Clock.Advance(TimeSpan.FromDays(3));
        Assert.Single(await Store.ExpireAsync(AnyLane, Now, 10, Cancel));
        var bounced = await EnqueueAsync(Message(Two));
        await ChangeAsync(ChangeKind.Remove, bounced, recipient: "a@");
        await ChangeAsync(ChangeKind.Bounce, bounced, "enough");
        var relayed = await TakeOneAsyncOf(Message());
        await CompleteAsync(relayed, await BegunAsync(relayed), Relayed());

        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);

        Assert.Equal([(expired, 0), (bounced, 1)], untold.First.Select(each => (each.Message, each.Number)));
        Assert.All(untold.First, each => Assert.Equal("hi\n", Encoding.ASCII.GetString(each.Head.Span)));
    }

    [Fact]
    public async Task A_relay_that_dies_between_failure_and_notice_tells_once_after_its_start()
    {
        await FailAsync(Message());
        await ReopenAsync();
        await Store.RecoverAsync(AnyLane, Now, Now, Cancel);
        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);
        var notice = NoticeMessage();

        Assert.True(await TellAsync(untold, notice));
        Assert.False(await TellAsync(untold, NoticeMessage()));
        await ReopenAsync();

        Assert.Empty(await Store.UntoldSourcesAsync(10, Cancel));
        Assert.Equal(0, (await Store.UntoldAsync(Scanner, 10, Cancel)).Count);
        Assert.Equal(notice.Envelope.Id, (await TakeOneAsync()).Envelope.Id);
        Assert.Equal("a notice", Encoding.ASCII.GetString(await ReadAsync(notice.Envelope.Id)));
        Assert.Equal(Now, await Store.LastToldAsync("scanner@contoso.com", Cancel));
        Assert.Null(await Store.LastToldAsync("it@contoso.com", Cancel));
    }

    [Fact]
    public async Task Of_several_that_tell_the_same_one_does()
    {
        await FailAsync(Message());
        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);

        var told = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TellAsync(untold, NoticeMessage())));

        Assert.Single(told, each => each);
        Assert.Single(await TakeAsync());
    }

    [Fact]
    public async Task What_comes_after_the_look_is_not_told_with_it_and_the_count_is_of_all()
    {
        for (var i = 0; i < 5; i++)
        {
            await FailAsync(Message());
        }

        var untold = await Store.UntoldAsync(Scanner, 2, Cancel);
        Assert.Equal((5, 2), (untold.Count, untold.First.Count));
        await FailAsync(Message());

        Assert.True(await TellAsync(untold, NoticeMessage()));

        Assert.Equal(1, (await Store.UntoldAsync(Scanner, 10, Cancel)).Count);
        Assert.Empty((await Store.UntoldAsync(Scanner with { Client = "others" }, 10, Cancel)).First);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_notice_that_failed_or_is_late()
    {
        await FailAsync(NoticeMessage());
        await EnqueueAsync(NoticeMessage());
        Clock.Advance(TimeSpan.FromHours(5));

        Assert.Equal(0, await Store.MarkDelayedAsync(Now.AddHours(-4), Now, 10, Cancel));

        Assert.Empty(await Store.UntoldSourcesAsync(10, Cancel));
    }

    [Fact]
    public async Task What_can_be_told_to_nobody_is_done_with()
    {
        await FailAsync(Message());
        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);

        Assert.True(await Store.TellAsync(new Telling(string.Empty, Now, [untold], null), null, Cancel));

        Assert.Empty(await Store.UntoldSourcesAsync(10, Cancel));
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task Who_waits_for_long_is_untold_once_a_message_and_not_any_more_when_it_went()
    {
        var id = await EnqueueAsync(Message(Two));
        var late = await EnqueueAsync(Message());
        Clock.Advance(TimeSpan.FromHours(5));
        var fresh = await EnqueueAsync(Message());

        Assert.Equal(1, await Store.MarkDelayedAsync(Now.AddHours(-4), Now, 1, Cancel));
        Assert.Equal(1, await Store.MarkDelayedAsync(Now.AddHours(-4), Now, 10, Cancel));
        await ReopenAsync();
        Assert.Equal(0, await Store.MarkDelayedAsync(Now.AddHours(-4), Now, 10, Cancel));

        var untold = await Store.UntoldAsync(Scanner, 10, Cancel);
        Assert.Equal([(id, 0, true), (id, 1, true), (late, 0, true)], untold.First.Select(each => (each.Message, each.Number, each.IsDelayed)));
        Assert.Equal("hi\n", Encoding.ASCII.GetString(untold.First[0].Head.Span));
        await ChangeAsync(ChangeKind.Bounce, id, "enough", recipient: "a@");
        await ChangeAsync(ChangeKind.Remove, late);
        Assert.False(await TellAsync(untold, NoticeMessage()));
        var after = await Store.UntoldAsync(Scanner, 10, Cancel);
        Assert.Equal((1, 1), (after.Failed, after.Delayed));
        Assert.DoesNotContain(after.First, each => each.Message == late || each.Message == fresh);
    }

    private NewMessage NoticeMessage() => Message() is var plain
        ? plain with { Envelope = plain.Envelope with { ReversePath = string.Empty, Origin = Origin.OfNotice("relay.contoso.com") } }
        : throw new InvalidOperationException();

    private async Task<DuePart> TakeOneAsyncOf(NewMessage message)
    {
        await EnqueueAsync(message);
        return await TakeOneAsync();
    }

    private async Task FailAsync(NewMessage message)
    {
        var part = await TakeOneAsyncOf(message);
        await CompleteAsync(part, await BegunAsync(part), new RecipientEnd(0, Outcome.Failed, "550 5.1.1 no"));
    }

    private async Task<bool> TellAsync(UntoldBatch untold, NewMessage notice)
    {
        await using var content = Store.CreateContent();
        await content.WriteAsync("a notice"u8.ToArray(), Cancel);
        return await Store.TellAsync(new Telling("scanner@contoso.com", Now, [untold], notice), content, Cancel);
    }
}
