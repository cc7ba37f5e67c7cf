using System.Reflection;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Core.Delivery;

public sealed class DispatcherTests
{
    [Fact]
    public async Task A_sender_that_breaks_ends_delivery_so_that_somebody_hears_of_it()
    {
        var clock = new ManualClock();
        var log = new MailLog(clock, _ => { });
        using var meter = new RelayMeter();
        var options = new RelayOptions { Smarthosts = [new SmarthostOptions { Name = "external", Host = "localhost", Rewrite = RewriteFrom.Keep }] };
        var (board, signal, store) = (new AccountBoard(clock, log), new QueueSignal(), DispatchProxy.Create<IQueueStore, BrokenStore>());
        var context = new DeliveryContext(
            store, null!, signal, new RetrySchedule([TimeSpan.FromMinutes(1)], new Random(1)), ReplyTable.BuiltIn, board, log, new QueueAlarm(log, clock), meter,
            clock, new Random(1), NullLogger.Instance, new DeliveryOptions(), RewriteMode.Account, "relay.contoso.com", TimeSpan.FromDays(1), new WishList(options));
        var dispatcher = new Dispatcher(SenderPlan.From(options), context, new AccountOperator(store, board, signal));

        var running = dispatcher.RunAsync(CancellationToken.None, CancellationToken.None);

        var broken = await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("a bug", broken.Message);
    }
}

/// <summary>A store all of whose calls have a bug.</summary>
public class BrokenStore : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new InvalidOperationException("a bug");
}
