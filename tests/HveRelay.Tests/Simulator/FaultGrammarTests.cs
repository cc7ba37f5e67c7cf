using HveRelay.Simulator;

namespace HveRelay.Tests.Simulator;

public sealed class FaultGrammarTests
{
    public static TheoryData<string, Fault> Right => new()
    {
        { "rcpt=550 5.1.10 unknown;to=bob@*", Fault.Reply(FaultStage.Rcpt, "550 5.1.10 unknown") with { To = "bob@*" } },
        { "connect=close;times=3", Fault.Close(FaultStage.Connect) with { Times = 3 } },
        { "dot=451 4.7.500 Server busy;times=2", Fault.Reply(FaultStage.Dot, "451 4.7.500 Server busy") with { Times = 2 } },
        { "data=stall", Fault.Stall(FaultStage.Data) },
        { " Data = STALL ; nth=2 ", Fault.Stall(FaultStage.Data) with { First = 2, Times = 1 } },
        { "mail=reset;times=2;nth=3", Fault.Reset(FaultStage.Mail) with { First = 3, Times = 2 } },
        { "mail=reset;nth=3;times=2", Fault.Reset(FaultStage.Mail) with { First = 3, Times = 2 } },
        { "after-dot=garbage;account=hve1@*", Fault.Garbage(FaultStage.AfterDot) with { Account = "hve1@*" } },
        { "content=close;after=4096", Fault.Close(FaultStage.Content) with { After = 4096 } },
        { "greeting=slow;pause=0.5", Fault.Slow(FaultStage.Greeting) with { Pause = TimeSpan.FromSeconds(0.5) } },
        { "dot=432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded;times=1", Fault.Reply(FaultStage.Dot, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded") with { Times = 1 } },
        { @"mail=451-4.7.0 a\n451 4.7.0 b", Fault.Reply(FaultStage.Mail, "451-4.7.0 a\r\n451 4.7.0 b") },
        { "no-starttls", Fault.NoStartTls() },
        { "Stranger-Certificate;times=1", Fault.StrangerCertificate() with { Times = 1 } },
        { "bad-password", Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful") },
    };

    [Theory]
    [MemberData(nameof(Right))]
    public void A_fault_is_read(string text, Fault expected)
    {
        Assert.True(Fault.TryParse(text, out var fault, out _));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("", "A fault is a preset, such as 'throttled', or a stage and what happens there, such as 'rcpt=550 5.1.10 unknown'.")]
    [InlineData("trottled", "'trottled' is no preset; there are bad-password, ")]
    [InlineData("rset=close", "'rset' is no stage; there are connect, greeting, ")]
    [InlineData("rcpt=explode", "'explode' is neither a reply, such as '451 4.7.500 Server busy', nor one of close, reset, stall, garbage, slow.")]
    [InlineData("rcpt=650 no", "'650 no' is neither a reply, ")]
    [InlineData("rcpt=", "'' is neither a reply, ")]
    [InlineData("rcpt=close;often=3", "'often' is no option of a fault; there are times, nth, to, account, after, pause.")]
    [InlineData("rcpt=close;times=3;rest", "'rest' is no option of a fault; ")]
    [InlineData("rcpt=close;times=0", "times=0: the number of occurrences is a number from 1 up.")]
    [InlineData("rcpt=close;nth=x", "nth=x: the occurrence is a number from 1 up.")]
    [InlineData("mail=close;to=bob@*", "to=bob@*: no recipient is known at 'mail'; it works from rcpt to after-dot.")]
    [InlineData("rcpt=close;to=", "to= needs an address, in which * stands for anything.")]
    [InlineData("ehlo=close;account=a@b", "account=a@b: no account is known yet at 'ehlo'; it works from auth on.")]
    [InlineData("dot=close;after=3", "after=3: octets are counted at 'content' only.")]
    [InlineData("content=close;after=-3", "after=-3: the number of octets is a number from 0 up.")]
    [InlineData("rcpt=close;pause=3", "pause=3: only 'slow' makes pauses.")]
    [InlineData("rcpt=slow;pause=-1", "pause=-1: the pause is seconds, such as 0.5, up to 86400.")]
    public void A_mistake_has_its_sentence(string text, string sentence)
    {
        Assert.False(Fault.TryParse(text, out var fault, out var error));
        Assert.Null(fault);
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_preset_can_be_asked_for_by_its_name_and_has_one()
    {
        foreach (var preset in FaultPresets.All)
        {
            Assert.True(Fault.TryParse(preset.Name, out var fault, out var error), error);
            Assert.Equal(preset.Fault, fault);
            Assert.Matches("^[a-z][a-z-]+$", preset.Name);
            Assert.True(fault.Action != FaultAction.Reply || fault.Text[0] is '4' or '5');
        }

        Assert.Equal(FaultPresets.All.Count, FaultPresets.All.Select(preset => preset.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("dot=432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded;nth=3")]
    [InlineData("rcpt=550 5.1.10 unknown;nth=2;times=4;to=bob@*")]
    [InlineData("auth=stall;times=1;account=hve1@*")]
    [InlineData("content=slow;after=1000;pause=0.5")]
    [InlineData("mail=451-4.7.0 one\\n451 4.7.0 two")]
    [InlineData("quit=reset")]
    [InlineData("tls-refused;times=2")]
    [InlineData("no-starttls")]
    [InlineData("stranger-certificate")]
    public void A_fault_is_written_as_it_is_read(string text)
    {
        Assert.True(Fault.TryParse(text, out var fault, out _));

        Assert.Equal(text, fault.ToString());
    }
}
