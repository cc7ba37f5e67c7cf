using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Operations;
using HveRelay.Operations.Metrics;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Metrics;

public sealed class PrometheusPageTests
{
    [Fact]
    public async Task While_the_store_fails_the_page_has_what_does_not_come_from_it()
    {
        var clock = new ManualClock();
        using var meter = new RelayMeter();
        using var totals = new MeterTotals(meter);
        meter.Refused("scanners", "store");
        var board = new AccountBoard(clock, new MailLog(clock, _ => { }));
        board.Add("hve1@contoso.com");
        var store = new FakeStore { FailsTotals = new StoreException(StoreFault.Unreachable, "gone") };

        var page = await new PrometheusPage(
            totals, new RelayState(new RelayOptions(), [], store, board, new SessionRegistry(), clock, () => 0)).RenderAsync(TestContext.Current.CancellationToken);

        Assert.Contains("hverelay_messages_refused_total{client=\"scanners\",reason=\"store\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("hverelay_account_state{account=\"hve1@contoso.com\",state=\"healthy\"} 1\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("hverelay_queue_messages", page, StringComparison.Ordinal);
    }
}
