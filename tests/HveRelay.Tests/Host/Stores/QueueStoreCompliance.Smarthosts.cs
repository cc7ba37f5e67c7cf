using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Fact]
    public async Task What_a_smarthost_was_to_send_never_moves_to_an_account()
    {
        var external = Lane.Smarthost("external");
        var id = await EnqueueAsync(Message(lane: external));
        var account = await EnqueueAsync(Message(lane: Lane.Account("gone@contoso.com")));

        await Store.RecoverAsync([Lane.AnyAccount], Now, Now, Cancel);

        Assert.Equal([account], (await TakeAsync(lanes: Lane.AnyAccount)).Select(part => part.Envelope.Id));
        Assert.Equal([id], (await TakeAsync(lanes: external)).Select(part => part.Envelope.Id));
    }

    [Fact]
    public async Task Lanes_that_nobody_serves_are_known_with_what_waits_in_them()
    {
        Lane[] served = [Lane.AnyAccount, Lane.Smarthost("external")];
        await EnqueueAsync(Message());
        await EnqueueAsync(Message(lane: Lane.Smarthost("external")));
        await EnqueueAsync(Message(lane: Lane.Smarthost("gone")));
        await EnqueueAsync(Message(lane: Lane.Smarthost("gone")));
        await Store.RecoverAsync(served, Now, Now, Cancel);

        Assert.Equal([new UnservedLane(Lane.Smarthost("gone"), 2)], await Store.UnservedAsync(served, Cancel));

        await Store.RecoverAsync([.. served, Lane.Smarthost("gone")], Now, Now, Cancel);
        Assert.Empty(await Store.UnservedAsync([.. served, Lane.Smarthost("gone")], Cancel));
    }

    [Fact]
    public async Task The_ledger_keeps_what_a_smarthost_sent_for_as_long_as_it_is_asked_about()
    {
        var memory = new QuotaRule("external", 0, TimeSpan.FromDays(32));
        for (var day = 0; day < 30; day += 3)
        {
            var at = Now.AddDays(day);
            await EnqueueAsync(Message());
            var part = await TakeOneAsync();
            var grant = Assert.IsType<AttemptGrant.Granted>(await Store.BeginAsync(
                new AttemptStart(part.Lease, "external", [0], [new QuotaRule("external", 10, QuotaRule.Day), memory], at), Cancel));
            await Store.CompleteAsync(new AttemptEnd(grant.AttemptId, part.Lease, at, [Relayed()]), Cancel);
        }

        var kept = (await Store.LedgerAsync(Now.AddDays(-1), Cancel)).Where(minute => minute.Scope == "external").ToList();
        Assert.Equal(10, kept.Count);
        Assert.InRange(kept.Min(minute => minute.Until), Now, Now.AddMinutes(1));
    }
}
