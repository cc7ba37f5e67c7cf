using HveRelay.Mail;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>Each recipient has its own end.</summary>
public sealed class RecipientStories
{
    private static readonly string[] Five = ["a@contoso.com", "b@contoso.com", "nobody@contoso.com", "d@contoso.com", "e@contoso.com"];

    [Fact]
    public async Task Too_many_for_HVE_go_in_several_transactions_at_once_and_an_unknown_one_alone_fails()
    {
        await using var story = await RelayStory.BeginAsync(
            hve: new SimulatorOptions { MaxRecipientsPerMessage = 2, UnknownRecipients = ["nobody@contoso.com"] });

        await story.SendAsync(Five);
        await story.LogsAsync("relayed", 4);
        await story.LogsAsync("failed");

        Assert.Equal(["a@contoso.com", "b@contoso.com", "d@contoso.com", "e@contoso.com"], story.Simulator.Messages.SelectMany(message => message.Recipients).Order());
        Assert.Equal([2, 2], story.Simulator.Messages.Select(message => message.Recipients.Count));
        Assert.Equal("nobody@contoso.com", story.Lines("failed").Single()["to"]);
        Assert.All(story.Lines("deferred"), line => Assert.StartsWith("452 4.5.3", line["reply"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FaultStage.Data)]
    [InlineData(FaultStage.Dot)]
    public async Task A_refusal_behind_the_recipients_is_for_the_accepted_ones_only(FaultStage stage)
    {
        await using var story = await RelayStory.BeginAsync(hve: new SimulatorOptions { UnknownRecipients = ["nobody@contoso.com"] });
        story.Simulator.Faults.Add(Fault.Reply(stage, "554 5.6.0 Message refused") with { Times = 1 });

        var id = RelayStory.IdIn(await story.SendAsync(Five));
        await story.LogsAsync("failed", 5);

        Assert.StartsWith("550 5.1.10", story.Lines("failed").Single(line => line["to"] == "nobody@contoso.com")["reply"], StringComparison.Ordinal);
        Assert.Equal(4, story.Lines("failed").Count(line => line["reply"] == "554 5.6.0 Message refused"));
        Assert.All((await story.RecordAsync(id)).Recipients, recipient => Assert.Equal(RecipientState.Failed, recipient.State));
        Assert.Empty(story.Simulator.Messages);
    }

    [Fact]
    public async Task One_who_is_told_later_goes_later_and_the_others_now()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "450 4.2.1 Mailbox busy") with { To = "d@contoso.com", Times = 1 });

        await story.SendAsync(Five);
        await story.LogsAsync("relayed", 4);
        Assert.Equal("d@contoso.com", story.Lines("deferred").Single()["to"]);
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Count() == 5);

        Assert.Equal(["d@contoso.com"], story.Simulator.Messages[1].Recipients);
    }
}
