using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Smtp;

namespace HveRelay.Tests.Core.Delivery;

public sealed class ReplyExplanationTests
{
    [Fact]
    public void A_reply_that_means_the_same_everywhere_has_one_meaning()
    {
        var explanation = Explain("550 5.7.62 not the account");

        Assert.True(explanation.IsKnown);
        Assert.Equal(ReplyExplanation.Stages, Assert.Single(explanation.Meanings).Stages);
        Assert.Equal(("Administrator", "Rewrite.From must be Account"), (explanation.Meanings[0].Verdict.Who, explanation.Meanings[0].Verdict.How));
        Assert.StartsWith("keeps the mail", explanation.Meanings[0].Does, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_command_decides_each_meaning_has_its_commands_and_what_is_known_comes_first()
    {
        var explanation = Explain("550 5.1.1 unknown");

        Assert.Equal([ReplyClass.Permanent, ReplyClass.AccountFault], explanation.Meanings.Select(meaning => meaning.Verdict.Class));
        Assert.Equal([Stage.Rcpt, Stage.Data, Stage.FinalDot], explanation.Meanings[0].Stages);
        Assert.Equal(ReplyClass.AccountFault, Assert.Single(Explain("550 5.1.1 unknown", Stage.Mail).Meanings).Verdict.Class);
    }

    [Fact]
    public void What_no_row_knows_says_so() => Assert.False(Explain("599 5.9.9 never heard of").IsKnown);

    [Fact]
    public void What_is_no_failure_has_no_meaning() => Assert.Empty(Explain("250 2.0.0 OK").Meanings);

    /// <summary>The history has no stage; what the relay did about a reply tells.</summary>
    [Theory]
    [InlineData("550 5.1.1 unknown", Outcome.Failed, "The recipient is unknown")]
    [InlineData("550 5.1.1 unknown", Outcome.Deferred, "HVE refuses this account for a reason that is not known here")]
    [InlineData("535 5.7.3 no", Outcome.Deferred, "HVE does not accept the password")]
    [InlineData("451 4.3.0 busy", Outcome.Expired, "HVE cannot take it now")]
    [InlineData("250 2.0.0 OK", Outcome.Relayed, null)]
    [InlineData("451 4.3.0 busy", Outcome.Unsure, null)]
    [InlineData("No connection to localhost port 2587: refused", Outcome.Deferred, null)]
    public void Words_in_the_history_mean_what_was_done_about_them(string words, Outcome outcome, string? cause) =>
        Assert.Equal(cause, ReplyExplanation.OfAttempt(ReplyTable.BuiltIn, words, outcome)?.Cause);

    private static ReplyExplanation Explain(string line, Stage? stage = null)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        return ReplyExplanation.Of(ReplyTable.BuiltIn, reply!, stage);
    }
}
