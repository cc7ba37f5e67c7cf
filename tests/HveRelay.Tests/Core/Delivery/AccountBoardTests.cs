using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class AccountBoardTests
{
    private const string Account = "hve1@contoso.com";
    private readonly ManualClock _clock = new();
    private readonly List<MailEvent> _log = [];
    private readonly AccountBoard _board;

    public AccountBoardTests()
    {
        _board = new AccountBoard(_clock, new MailLog(_clock, _log.Add));
        _board.Add(Account);
    }

    [Theory]
    [InlineData(Stage.Auth, "535 5.7.3 no", AccountState.Faulty, FaultKind.Credentials)]
    [InlineData(Stage.Auth, "535 5.7.139 no", AccountState.Faulty, FaultKind.Policy)]
    [InlineData(Stage.Auth, "550 5.7.240 no", AccountState.Faulty, FaultKind.AppNotAllowed)]
    [InlineData(Stage.Mail, "550 5.1.8 no", AccountState.Faulty, FaultKind.Blocked)]
    [InlineData(Stage.Mail, "554 5.7.999 billing is not set up", AccountState.Faulty, FaultKind.Billing)]
    [InlineData(Stage.Mail, "451 4.7.500 busy", AccountState.Throttled, FaultKind.None)]
    [InlineData(Stage.Mail, "554 5.2.0 SubmissionQuotaExceeded", AccountState.Exhausted, FaultKind.None)]
    public void A_reply_makes_a_state_and_a_fault_has_its_kind(Stage stage, string line, AccountState state, FaultKind kind)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        _board.Fails(Account, ReplyTable.BuiltIn.Classify(stage, reply!), line, null);

        Assert.Equal((state, kind, line), (_board.Of(Account).State, _board.Of(Account).Fault, _board.Of(Account).Reply));
        Assert.Equal(kind == FaultKind.None ? null : FaultWords.Of(kind), _log[0]["kind"]);
    }

    [Fact]
    public void An_attempt_that_ends_when_its_account_is_gone_does_not_bring_it_back()
    {
        _board.Remove(Account);
        Assert.True(Reply.TryParse("535 5.7.3 no", out var reply));
        _board.Fails(Account, ReplyTable.BuiltIn.Classify(Stage.Auth, reply!), "535 5.7.3 no", null);
        _board.Works(Account);

        Assert.Empty(_board.All);
        Assert.Empty(_log);
    }

    [Fact]
    public void An_account_whose_password_was_mended_does_not_name_the_time_it_no_longer_waits_for()
    {
        Assert.True(Reply.TryParse("535 5.7.3 no", out var reply));
        _board.Fails(Account, ReplyTable.BuiltIn.Classify(Stage.Auth, reply!), "535 5.7.3 no", _clock.GetUtcNow().AddMinutes(15));

        _board.TriesAnew(Account);

        Assert.Equal((AccountState.Faulty, null), (_board.Of(Account).State, _board.Of(Account).NextTry));
    }

    /// <summary>Housekeeping found it in the queue while who paused it had not yet said so.</summary>
    [Fact]
    public void A_pause_that_is_seen_twice_is_said_once()
    {
        var pause = new AccountPause(Account, _clock.GetUtcNow(), "alice", null);
        _board.Pause(pause);
        _board.Pause(pause);

        Assert.Single(_log);
    }

    [Fact]
    public void Out_of_reach_is_no_throttling()
    {
        _board.Fails(Account, ReplyTable.BuiltIn.Classify(new SmtpFailure(Stage.Connect, null, Breakage.Dns, "no address")), "no address", null);

        Assert.Equal(AccountState.Unreachable, _board.Of(Account).State);
        Assert.Equal("unreachable", Assert.Single(_log)["state"]);
    }

    [Fact]
    public void Who_is_paused_is_nothing_else_until_he_is_resumed()
    {
        _board.Pause(new AccountPause(Account, _clock.GetUtcNow(), "alice", "a test"));
        _board.Fails(Account, ReplyTable.BuiltIn.Classify(Stage.Auth, Reply.Of(535, "5.7.3", "no")), "535 5.7.3 no", null);

        var paused = _board.Of(Account.ToUpperInvariant());
        Assert.Equal((AccountState.Paused, "alice paused it: a test", "535 5.7.3 no"), (paused.State, paused.Cause, paused.Reply));
        Assert.Equal(AccountState.Paused, Assert.Single(_board.All).State);
        _board.Resume(Account);
        Assert.Equal(AccountState.Faulty, _board.Of(Account).State);
        Assert.Equal(["paused", "faulty", null, "faulty", null], _log.Select(line => line["state"]));
    }

    [Fact]
    public void The_latest_reply_is_shown_and_a_change_alone_is_logged()
    {
        foreach (var words in new[] { "451 4.7.500 Server busy [A]", "451 4.7.500 Server busy [B]" })
        {
            _board.Fails(Account, ReplyTable.BuiltIn.Classify(Stage.Mail, Reply.Of(451, "4.7.500", "busy")), words, null);
        }

        Assert.Equal("451 4.7.500 Server busy [B]", _board.Of(Account).Reply);
        Assert.Single(_log);
    }
}
