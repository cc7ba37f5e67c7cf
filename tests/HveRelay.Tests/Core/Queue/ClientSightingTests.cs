using HveRelay.Queue;

namespace HveRelay.Tests.Core.Queue;

public sealed class ClientSightingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Two_sightings_are_one_in_whichever_order_they_come()
    {
        var first = Seen(0) with { Messages = 2, Quirks = Count(("no EHLO", 1), ("source route", 2)), User = "old", LatestRefusal = new(Noon, "size", "552") };
        var second = Seen(5) with { Messages = 1, Sessions = 1, Refusals = 1, Quirks = Count(("no EHLO", 3)), Tls = "TLSv1.3", LatestRefusal = new(Noon, "loop", "554") };

        foreach (var sum in new[] { first.Plus(second), second.Plus(first) })
        {
            Assert.Equal((3, 1, 1), (sum.Messages, sum.Sessions, sum.Refusals));
            Assert.Equal((Noon, Noon.AddMinutes(5)), (sum.FirstSeen, sum.LastSeen));
            Assert.Equal((null, "TLSv1.3", "loop"), (sum.User, sum.Tls, sum.LatestRefusal?.Reason));
            Assert.Equal(Count(("no EHLO", 4), ("source route", 2)), sum.Quirks);
        }
    }

    [Fact]
    public void Who_hangs_up_before_EHLO_keeps_its_name_and_its_TLS()
    {
        var known = Seen(0) with { Tls = "TLSv1.2", User = "erp" };

        var sum = known.Plus(Seen(5) with { HelloName = string.Empty, Sessions = 1 });

        Assert.Equal(("scanner-3", "TLSv1.2", "erp", Noon.AddMinutes(5)), (sum.HelloName, sum.Tls, sum.User, sum.LastSeen));
    }

    [Fact]
    public void A_session_without_mail_does_not_hide_how_the_client_sends()
    {
        var sent = Seen(0) with { Tls = "TLSv1.2", User = "erp", Messages = 1 };

        var probed = sent.Plus(Seen(5) with { HelloName = "probe", Sessions = 1 });
        var changed = probed.Plus(Seen(9) with { Messages = 1 });

        Assert.Equal(("probe", "TLSv1.2", "erp"), (probed.HelloName, probed.Tls, probed.User));
        Assert.Equal((null, null), (changed.Tls, changed.User));
    }

    [Fact]
    public void A_sighting_without_a_refusal_does_not_hide_an_earlier_one() =>
        Assert.Equal("size", (Seen(0) with { LatestRefusal = new(Noon, "size", "552") }).Plus(Seen(1)).LatestRefusal?.Reason);

    private static ClientSighting Seen(int minute) => new(
        "10.20.3.7", "scanners", "scanner-3", null, null, Noon.AddMinutes(minute), Noon.AddMinutes(minute), 0, 0, 0, null, Count());

    private static Dictionary<string, long> Count(params (string Quirk, long Sessions)[] counts) =>
        counts.ToDictionary(each => each.Quirk, each => each.Sessions);
}
