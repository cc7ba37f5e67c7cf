using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class TakeOverTests
{
    private static readonly Lane One = Lane.Account("one@contoso.com");
    private static readonly Lane Two = Lane.Account("two@contoso.com");

    private readonly AccountBoard _board;
    private readonly TakeOver _takeOver;
    private readonly IReadOnlyList<SenderPlan> _plans;

    public TakeOverTests()
    {
        var clock = new ManualClock();
        _board = new AccountBoard(clock, new MailLog(clock, _ => { }));
        _plans = SenderPlan.From(new RelayOptions
        {
            Hve = new HveOptions { Accounts = [new AccountOptions { Address = "one@contoso.com", TakeOver = true }, new AccountOptions { Address = "two@contoso.com" }] },
        });
        _takeOver = new TakeOver(() => _plans, _board);
    }

    [Fact]
    public void In_health_each_has_its_own_lane_and_nobodys()
    {
        Assert.Equal([One, Lane.AnyAccount], Lanes().One);
        Assert.Equal([Two, Lane.AnyAccount], Lanes().Two);
    }

    [Theory]
    [InlineData("535 5.7.3 Authentication unsuccessful", true)]
    [InlineData("554 5.2.0 SubmissionQuotaExceeded", true)]
    [InlineData("432 4.3.2 busy", false)]
    public void What_is_faulty_or_exhausted_is_taken_over(string reply, bool taken)
    {
        Fail("one@contoso.com", reply);

        Assert.Equal(taken ? [Two, Lane.AnyAccount, One] : [Two, Lane.AnyAccount], Lanes().Two);
        Assert.Equal([One, Lane.AnyAccount], Lanes().One);
    }

    [Fact]
    public void What_the_configuration_does_not_allow_stays()
    {
        Fail("two@contoso.com", "535 5.7.3 Authentication unsuccessful");

        Assert.Equal([One, Lane.AnyAccount], Lanes().One);
        Assert.Equal((false, true), (_takeOver.GoesOtherwise(_plans[1], Two), _takeOver.GoesOtherwise(_plans[1], Lane.AnyAccount)));
    }

    [Fact]
    public void Where_nobody_is_healthy_nothing_goes_otherwise()
    {
        Assert.True(_takeOver.GoesOtherwise(_plans[0], One));
        Fail("two@contoso.com", "535 5.7.3 Authentication unsuccessful");

        Assert.False(_takeOver.GoesOtherwise(_plans[0], One));
        Assert.False(_takeOver.GoesOtherwise(_plans[0], Lane.AnyAccount));
    }

    [Fact]
    public void Who_is_paused_by_hand_keeps_his_mail()
    {
        _board.Pause(new("one@contoso.com", default, "alice", null));

        Assert.Equal([Two, Lane.AnyAccount], Lanes().Two);
    }

    private (IReadOnlyList<Lane> One, IReadOnlyList<Lane> Two) Lanes() => (_takeOver.LanesOf(_plans[0]), _takeOver.LanesOf(_plans[1]));

    private void Fail(string account, string line)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        _board.Fails(account, ReplyTable.BuiltIn.Classify(Stage.Auth, reply!), line, null);
    }
}
