using FsCheck;
using FsCheck.Fluent;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Policy;

public sealed class PartPlanTests
{
    private static readonly DateTimeOffset Now = new ManualClock().GetUtcNow();

    [Theory]
    [InlineData(1, "1/1:1")]
    [InlineData(50, "1/1:50")]
    [InlineData(51, "1/2:50 2/2:1")]
    [InlineData(120, "1/3:50 2/3:50 3/3:20")]
    public void A_part_has_50_recipients_at_most(int recipients, string parts)
    {
        var plan = PartPlan.Cut([.. Enumerable.Range(0, recipients).Select(i => ($"r{i}@x", Lane.AnyAccount))], _ => 50, Now);

        Assert.Equal(parts, string.Join(' ', plan.Select(part => $"{part.Number}/{part.Of}:{part.Recipients.Count}")));
    }

    [Fact]
    public void Each_lane_has_its_own_parts_and_its_own_limit()
    {
        var host = Lane.Smarthost("external");
        var plan = PartPlan.Cut(
            [("a@x", Lane.AnyAccount), ("b@y", host), ("c@x", Lane.AnyAccount), ("d@y", host), ("e@y", host)], lane => lane == host ? 2 : 1, Now);

        Assert.Equal(
            ["1/4 any account: a@x", "2/4 any account: c@x", "3/4 smarthost:external: b@y d@y", "4/4 smarthost:external: e@y"],
            plan.Select(part => $"{part.Number}/{part.Of} {part.Lane}: {string.Join(' ', part.Recipients)}"));
    }

    [Fact]
    public void Every_recipient_is_in_one_part_and_no_part_is_too_large()
    {
        var recipients = Gen.Choose(0, 3).ListOf();
        Prop.ForAll(recipients.Zip(Gen.Choose(1, 7)).ToArbitrary(), one =>
        {
            var all = one.Item1.Select((lane, i) => ($"r{i}", new Lane($"lane{lane}"))).ToList();
            var plan = PartPlan.Cut(all, _ => one.Item2, Now);
            return plan.SelectMany(part => part.Recipients.Select(recipient => (recipient, part.Lane))).OrderBy(pair => pair.recipient, StringComparer.Ordinal).SequenceEqual(all.OrderBy(pair => pair.Item1, StringComparer.Ordinal))
                && plan.All(part => part.Recipients.Count >= 1 && part.Recipients.Count <= one.Item2 && part.Of == plan.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}
