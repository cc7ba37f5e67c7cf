using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Tests.Core.Delivery;

public sealed class EarlierFailuresTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Outcome.Deferred, "451 4.3.0 busy", Stage.FinalDot, true)]
    [InlineData(Outcome.Deferred, "432 4.3.2 fewer", Stage.Mail, true)]
    [InlineData(Outcome.Deferred, "535 5.7.3 no", Stage.Auth, false)]
    [InlineData(Outcome.Deferred, "554 5.2.0 SubmissionQuotaExceeded", Stage.FinalDot, false)]
    [InlineData(Outcome.Unsure, "The connection was lost", Stage.FinalDot, true)]
    public void An_account_at_fault_and_a_used_up_quota_do_not_count(Outcome outcome, string words, Stage stage, bool counts)
    {
        var failure = outcome == Outcome.Unsure ? null : new FailurePoint(stage, Breakage.None);

        var failed = EarlierFailures.Of(Record(new AttemptResultRecord(0, outcome, words) { Failure = failure }), 1, ReplyTable.BuiltIn);

        Assert.Equal(counts ? [0] : [], failed.Keys);
    }

    [Fact]
    public void The_latest_failure_of_the_same_part_counts()
    {
        var busy = new AttemptResultRecord(0, Outcome.Deferred, "451 4.3.0 busy") { Failure = new FailurePoint(Stage.FinalDot, Breakage.None) };

        Assert.Equal(Now.AddMinutes(3), EarlierFailures.Of(Record(busy, busy, busy), 1, ReplyTable.BuiltIn)[0]);
        Assert.Empty(EarlierFailures.Of(Record(busy), 2, ReplyTable.BuiltIn));
    }

    private static MessageRecord Record(params AttemptResultRecord[] results) => new(
        new Envelope(
            new MessageId(7), "a@contoso.com", Now, Now.AddDays(2), 100, Priority.Normal, false,
            new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "ESMTP")),
        null,
        [],
        [.. results.Select((result, i) => new AttemptRecord(1, i + 1, "hve1@contoso.com", Now, Now.AddMinutes(i + 1), [result]))],
        []);
}
