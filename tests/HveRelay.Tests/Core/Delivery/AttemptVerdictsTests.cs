using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Tests.Core.Delivery;

public sealed class AttemptVerdictsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);

    [Fact]
    public void Each_recipient_has_its_own_end()
    {
        var verdicts = Of(Accepted, NotSent(Stage.Rcpt, "550 5.1.10 unknown"), NotSent(Stage.Rcpt, "450 4.2.1 busy"), Unsure);

        Assert.Equal([Outcome.Relayed, Outcome.Failed, Outcome.Deferred, Outcome.Unsure], verdicts.Ends.Select(end => end.End.Outcome));
        Assert.Equal(["250 2.0.0 OK", "550 5.1.10 unknown", "450 4.2.1 busy", "The connection was lost"], verdicts.Ends.Select(end => end.End.Reply));
        Assert.Null(verdicts.Trouble);
    }

    [Fact]
    public void Too_many_recipients_go_on_at_once_when_some_were_taken()
    {
        var verdicts = Of(Accepted, NotSent(Stage.Rcpt, "452 4.5.3 Too many recipients"));

        Assert.Equal(Now, verdicts.Ends[1].End.DueAt);
    }

    [Fact]
    public void Too_many_recipients_wait_when_none_was_taken()
    {
        var verdicts = Of(NotSent(Stage.Rcpt, "452 4.5.3 Too many recipients"), NotSent(Stage.Rcpt, "452 4.5.3 Too many recipients"));

        Assert.All(verdicts.Ends, end => Assert.True(end.End.DueAt > Now));
    }

    [Fact]
    public void What_was_sent_together_is_due_together()
    {
        var busy = NotSent(Stage.FinalDot, "451 4.3.0 busy");

        var verdicts = Of(busy, busy, Unsure, busy);

        Assert.Single(verdicts.Ends.Select(end => end.End.DueAt).Distinct());
    }

    [Theory]
    [InlineData(Stage.Auth, "535 5.7.3 Authentication unsuccessful")]
    [InlineData(Stage.FinalDot, "554 5.2.0 SubmissionQuotaExceeded")]
    public void What_is_not_the_messages_fault_never_ends_it_however_old_it_is(Stage stage, string reply)
    {
        var verdicts = AttemptVerdicts.Of(Part(1, expiresAt: Now - TimeSpan.FromDays(1)), [NotSent(stage, reply)], Schedule(), ReplyTable.BuiltIn, Now);

        Assert.Equal(Outcome.Deferred, verdicts.Ends[0].End.Outcome);
        Assert.NotNull(verdicts.Trouble);
    }

    [Fact]
    public void What_can_be_tried_again_expires_at_the_end_of_its_lifetime_and_not_before()
    {
        var busy = NotSent(Stage.FinalDot, "451 4.3.0 busy");

        var last = AttemptVerdicts.Of(Part(1, expiresAt: Now + TimeSpan.FromSeconds(10)), [busy], Schedule(), ReplyTable.BuiltIn, Now).Ends[0].End;
        var over = AttemptVerdicts.Of(Part(1, expiresAt: Now), [busy], Schedule(), ReplyTable.BuiltIn, Now, FailedAt(Now.AddMinutes(-15))).Ends[0].End;

        Assert.Equal((Outcome.Deferred, Now + TimeSpan.FromSeconds(10)), (last.Outcome, last.DueAt!.Value));
        Assert.Equal(Outcome.Expired, over.Outcome);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(-72 * 60, false)]
    [InlineData(-15, true)]
    [InlineData(-25 * 60, true)]
    public void Who_waited_for_quota_or_an_account_until_its_lifetime_was_over_gets_one_wait_more(int? failedMinutesAgo, bool expires)
    {
        var busy = NotSent(Stage.FinalDot, "451 4.3.0 busy");
        var terms = failedMinutesAgo is { } ago ? FailedAt(Now.AddMinutes(ago)) : new AttemptTerms { FailedBefore = new Dictionary<int, DateTimeOffset>() };

        var end = AttemptVerdicts.Of(Part(1, expiresAt: Now.AddHours(-26)), [busy], Schedule(), ReplyTable.BuiltIn, Now, terms).Ends[0].End;

        Assert.Equal(expires ? Outcome.Expired : Outcome.Deferred, end.Outcome);
        Assert.Equal(!expires, end.DueAt > Now);
    }

    [Fact]
    public void A_quota_that_HVE_reports_is_asked_about_an_hour_later() =>
        Assert.Equal(Now + TimeSpan.FromHours(1), Of(NotSent(Stage.FinalDot, "554 5.2.0 SubmissionQuotaExceeded")).Ends[0].End.DueAt);

    [Fact]
    public void Who_is_unsure_goes_once_more_and_unsure_again_is_held()
    {
        Assert.NotNull(Of(Unsure).Ends[0].End.DueAt);
        Assert.Null(Unsurely(WhenUnsure.Hold, wasUnsure: false).DueAt);
        Assert.Null(Unsurely(WhenUnsure.RetryOnce, wasUnsure: true).DueAt);
    }

    [Fact]
    public void Who_is_slowed_down_waits_for_the_first_wait_however_often_it_was_tried()
    {
        var part = Part(1, Now + TimeSpan.FromDays(2)) with { Wait = 7 };

        var end = AttemptVerdicts.Of(part, [NotSent(Stage.Mail, "432 4.3.2 busy")], Schedule(), ReplyTable.BuiltIn, Now).Ends[0].End;

        Assert.InRange((end.DueAt!.Value - Now).TotalSeconds, 60, 66);
    }

    [Theory]
    [InlineData(Stage.Auth, "535 5.7.3 Authentication unsuccessful")]
    [InlineData(Stage.FinalDot, "554 5.2.0 SubmissionQuotaExceeded")]
    public void What_one_account_cannot_send_and_another_may_goes_at_once(Stage stage, string reply)
    {
        var verdicts = AttemptVerdicts.Of(
            Part(1, Now), [NotSent(stage, reply)], Schedule(), ReplyTable.BuiltIn, Now, new AttemptTerms(WhenUnsure.RetryOnce, GoesOtherwise: true));

        Assert.Equal((Outcome.Deferred, Now), (verdicts.Ends[0].End.Outcome, verdicts.Ends[0].End.DueAt!.Value));
        Assert.NotNull(verdicts.Trouble);
    }

    /// <summary>A probe used its schedule up: when the account was well again it waited for an hour.</summary>
    [Fact]
    public void What_an_account_was_refused_with_waits_no_longer_however_often()
    {
        var end = AttemptVerdicts.Of(
            Part(1, expiresAt: Now + TimeSpan.FromDays(1)) with { Wait = 9 }, [NotSent(Stage.Auth, "535 5.7.3 Authentication unsuccessful")], Schedule(), ReplyTable.BuiltIn, Now).Ends[0].End;

        Assert.InRange((end.DueAt!.Value - Now).TotalSeconds, 60, 66);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 60)]
    public void Accounts_that_refuse_in_turn_do_not_hand_a_message_to_and_fro_without_a_pause(int attempts, int seconds)
    {
        var end = AttemptVerdicts.Of(
            Part(1, Now) with { Wait = attempts }, [NotSent(Stage.Mail, "550 5.7.999 no")], Schedule(), ReplyTable.BuiltIn, Now,
            new AttemptTerms(WhenUnsure.RetryOnce, GoesOtherwise: true)).Ends[0].End;

        Assert.InRange((end.DueAt!.Value - Now).TotalSeconds, seconds, seconds * 1.1);
    }

    /// <summary>A new token was fetched, and refused like the one before.</summary>
    [Theory]
    [InlineData("501 5.5.127 The token will expire soon")]
    [InlineData("535 5.7.142 the token has expired")]
    public void A_token_that_stays_refused_is_a_fault_of_the_account_and_ends_no_message(string reply)
    {
        var failure = ((RecipientResult.NotSent)NotSent(Stage.Auth, reply)).Failure;

        var verdicts = AttemptVerdicts.OfNoConnection(Part(1, expiresAt: Now), failure, Schedule(), ReplyTable.BuiltIn, Now, FailedAt(Now.AddMinutes(-15)));

        Assert.Equal(Outcome.Deferred, verdicts.Ends[0].End.Outcome);
        Assert.Equal((ReplyClass.AccountFault, FaultKind.Credentials), (verdicts.Trouble!.Value.Verdict.Class, verdicts.Trouble.Value.Verdict.Fault));
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 300)]
    [InlineData(3, 900)]
    [InlineData(4, 900)]
    [InlineData(400, 900)]
    public void The_schedule_goes_step_by_step_and_its_last_wait_repeats(int attempt, int seconds)
    {
        var wait = Schedule().After(attempt, Now) - Now;

        Assert.InRange(wait.TotalSeconds, seconds, seconds * 1.1);
    }

    private static AttemptTerms FailedAt(DateTimeOffset at) => new() { FailedBefore = new Dictionary<int, DateTimeOffset> { [0] = at } };

    private static RecipientEnd Unsurely(WhenUnsure when, bool wasUnsure)
    {
        var part = Part(1, Now + TimeSpan.FromDays(2)) with { Recipients = [new DueRecipient(0, "user0@contoso.com") { WasUnsure = wasUnsure }] };
        return AttemptVerdicts.Of(part, [Unsure], Schedule(), ReplyTable.BuiltIn, Now, new AttemptTerms(when, false)).Ends[0].End;
    }

    private static RecipientResult Accepted => new RecipientResult.Accepted(Reply.Of(250, "2.0.0", "OK"));

    private static RecipientResult Unsure => new RecipientResult.Unsure(new SmtpFailure(Stage.FinalDot, null, Breakage.Closed, "The connection was lost"));

    private static RecipientResult NotSent(Stage stage, string line)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        return new RecipientResult.NotSent(new SmtpFailure(stage, reply, Breakage.None, string.Empty));
    }

    private static AttemptVerdicts Of(params RecipientResult[] results) =>
        AttemptVerdicts.Of(Part(results.Length, Now + TimeSpan.FromDays(2)), results, Schedule(), ReplyTable.BuiltIn, Now);

    private static RetrySchedule Schedule() =>
        new([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)], new Random(5));

    private static DuePart Part(int recipients, DateTimeOffset expiresAt)
    {
        var envelope = new Envelope(
            new MessageId(7), "a@contoso.com", Now - TimeSpan.FromMinutes(1), expiresAt, 100, Priority.Normal, false,
            new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "ESMTP"));
        return new DuePart(
            new Lease(envelope.Id, 1, 1), envelope, 1, 1, Lane.AnyAccount, 1,
            [.. Enumerable.Range(0, recipients).Select(i => new DueRecipient(i, $"user{i}@contoso.com"))]);
    }
}
