using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Operations.Verbs.Why;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Tests.Host.Operations.Verbs.Why;

public sealed class WhatNextTests
{
    /// <summary>What happens next, in English; each sentence of it is one in Japanese too.</summary>
    private static IReadOnlyList<NextStep> Steps(MessageRecord record, RelayNow relay, DateTimeOffset now)
    {
        var said = WhatNext.Of(record, relay, now, Language.Japanese).SelectMany(step => step.Notes.Append(step.Words)).Select(Language.Japanese.Say);
        Assert.All(said, sentence => Assert.EndsWith("。", sentence, StringComparison.Ordinal));
        return WhatNext.Of(record, relay, now, Language.English);
    }

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);
    private static readonly RelayNow Healthy = new(true, [Account(AccountState.Healthy)], null);

    [Fact]
    public void What_waits_for_its_time_says_which_attempt_when_and_until_when()
    {
        var step = Assert.Single(Steps(Waiting(), Healthy, Now));

        Assert.Equal("attempt 2 at 2026-11-22 03:17:00Z, in 5m0s", step.Words);
        Assert.Equal(Now.AddMinutes(5), step.At);
        Assert.StartsWith("tried until 2026-11-24 03:12:00Z, in 2d0h; then, unless an account is at fault, it fails", Assert.Single(step.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_that_is_in_the_way_is_named_with_cause_remedy_and_next_try()
    {
        var faulty = Account(AccountState.Faulty) with { Cause = "The password is wrong", Remedy = "Administrator: the password", Since = Now.AddHours(-1), NextTry = Now.AddMinutes(2) };

        var step = Assert.Single(Steps(Waiting(), Healthy with { Accounts = [faulty] }, Now));

        Assert.Equal(
            "account hve1@contoso.com is faulty since 2026-11-22 02:12:00Z: The password is wrong. Administrator: the password; it is tried again at 2026-11-22 03:14:00Z",
            step.Notes[0]);
    }

    [Fact]
    public void Where_another_account_may_send_it_nothing_is_in_the_way()
    {
        var relay = Healthy with { Accounts = [Account(AccountState.Faulty), Account(AccountState.Healthy) with { Account = "hve2@contoso.com" }] };

        Assert.Single(Assert.Single(Steps(Waiting(), relay, Now)).Notes);
        Assert.Contains(
            "account hve1@contoso.com is faulty", Assert.Single(Steps(Waiting(Lane.Account("HVE1@contoso.com")), relay, Now)).Notes[0], StringComparison.Ordinal);
        Assert.Contains(
            "hve9@contoso.com is not configured here", Assert.Single(Steps(Waiting(Lane.Account("hve9@contoso.com")), relay, Now)).Notes[0], StringComparison.Ordinal);
    }

    /// <summary>It was told to move to any account at the next start, which mail of a smarthost never does.</summary>
    [Fact]
    public void Mail_of_a_smarthost_that_is_gone_goes_by_no_other_way()
    {
        var relay = Healthy with { Smarthosts = new Dictionary<string, int>() };

        Assert.StartsWith(
            "the smarthost external is not among Smarthosts, and its mail goes by no other way",
            Assert.Single(WhatNext.Of(Waiting(Lane.Smarthost("external")), relay, Now, Language.English)).Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_of_a_smarthost_waits_for_its_pace_and_not_for_the_quota_of_the_tenant()
    {
        var relay = Healthy with
        {
            Accounts = [Account(AccountState.Healthy) with { Account = "external" }],
            QuotaRoomAt = Now.AddHours(3),
            Smarthosts = new Dictionary<string, int> { ["external"] = 30 },
        };

        var step = Assert.Single(WhatNext.Of(Waiting(Lane.Smarthost("external")), relay, Now, Language.English));

        Assert.Equal(Now.AddMinutes(5), step.At);
        Assert.Equal(2, step.Notes.Count);
        Assert.StartsWith("the smarthost external gets 30 messages a minute at most", step.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_quota_that_is_used_up_moves_the_time()
    {
        var step = Assert.Single(Steps(Waiting(), Healthy with { QuotaRoomAt = Now.AddHours(3) }, Now));

        Assert.Equal("attempt 2 at 2026-11-22 06:12:00Z, in 3h0m", step.Words);
        Assert.Contains("daily limit of recipients is reached: there is room again at 2026-11-22 06:12:00Z", step.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_relay_runs_that_is_said()
    {
        var step = Assert.Single(Steps(Waiting(), Healthy with { Runs = false, Accounts = [] }, Now.AddMinutes(6)));

        Assert.Equal(("attempt 2 now: it is due", "no relay answers here: it goes when one runs"), (step.Words, step.Notes[0]));
    }

    [Theory]
    [InlineData(true, "attempt 2 is under way, by hve1@contoso.com")]
    [InlineData(null, "attempt 2 is under way, by hve1@contoso.com")]
    [InlineData(false, "attempt 2 was under way when the relay ended")]
    public void An_attempt_that_has_not_ended_is_under_way_or_was(bool? runs, string words)
    {
        var waiting = Waiting();
        var begun = waiting with { Attempts = [.. waiting.Attempts, new AttemptRecord(1, 2, "hve1@contoso.com", Now.AddMinutes(5), null, [])] };

        Assert.Equal(words, Assert.Single(Steps(begun, Healthy with { Runs = runs }, Now.AddMinutes(6))).Words);
    }

    [Fact]
    public void Held_mail_waits_for_an_operator()
    {
        var waiting = Waiting();
        var held = waiting with { Recipients = [waiting.Recipients[0] with { State = RecipientState.Held, DueAt = null }] };

        var step = Assert.Single(Steps(held, Healthy, Now));

        Assert.Equal("held: it waits for an operator", step.Words);
        Assert.Contains($"hverelay queue release {held.Envelope.Id}", Assert.Single(step.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Over_its_lifetime_it_has_one_more_failure()
    {
        var step = Assert.Single(Steps(Waiting(), Healthy, Now.AddDays(3)));

        Assert.StartsWith("its lifetime is over since 2026-11-24 03:12:00Z", step.Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_ended_has_nothing_before_it_but_who_was_not_told()
    {
        var waiting = Waiting();
        var failed = waiting with { EndedAt = Now, Recipients = [waiting.Recipients[0] with { State = RecipientState.Failed, DueAt = null, EndedAt = Now }] };
        NoticeRecord[] untold = [new(Now, "it@contoso.com", new MessageId(8), true, [0]), new(null, string.Empty, null, false, [0])];

        Assert.Empty(Steps(failed, Healthy, Now));
        var step = Assert.Single(Steps(failed with { Notices = untold }, Healthy, Now));
        Assert.Equal(("failed, and nobody has been told yet", "you@contoso.com"), (step.Words, Assert.Single(step.To)));
    }

    private static MessageRecord Waiting(Lane lane = default)
    {
        var mail = new Envelope(
            new MessageId(7), "a@contoso.com", Now, Now.AddDays(2), 9, Priority.Normal, false, new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "ESMTP"));
        return new MessageRecord(
            mail,
            null,
            [new RecipientRecord(0, "you@contoso.com", 1, 1, lane.Name is null ? Lane.AnyAccount : lane, RecipientState.Queued, Now.AddMinutes(5), null, "451 later")],
            [new AttemptRecord(1, 1, "hve1@contoso.com", Now, Now.AddSeconds(1), [new AttemptResultRecord(0, Outcome.Deferred, "451 later")])],
            []);
    }

    private static AccountAnswer Account(AccountState state) => new("hve1@contoso.com", state, null, null, null, null, null, null, null, null);
}
