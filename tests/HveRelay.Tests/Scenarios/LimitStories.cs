using HveRelay.Delivery;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>HVE's limits are kept without HVE having to say so.</summary>
public sealed class LimitStories
{
    [Fact]
    public async Task A_hundred_and_twenty_recipients_go_in_three_transactions_each_address_once()
    {
        await using var story = await RelayStory.BeginAsync();
        var everybody = Enumerable.Range(1, 120).Select(i => $"user{i}@contoso.com").ToList();

        await story.SendAsync(everybody);
        await story.LogsAsync("relayed", 120);

        Assert.Equal([20, 50, 50], story.Simulator.Messages.Select(message => message.Recipients.Count).Order());
        Assert.Equal(everybody.Order(), story.Simulator.Messages.SelectMany(message => message.Recipients).Order());
        Assert.Equal("3", story.Lines("split").Single()["parts"]);
        Assert.Equal(0, story.Simulator.Counters.LimitRefusals);
    }

    [Fact]
    public async Task At_the_daily_limit_mail_waits_and_goes_a_day_later()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.RecipientsPerDay = 3, new SimulatorOptions { RecipientsPerDay = 3 });

        for (var i = 0; i < 5; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        await story.LogsAsync("relayed", 3);

        // Where the three are under way together the others look again a second later.
        await story.RunUntilAsync(() => story.Lines("quota").Any(line => line["next"] is not null));
        Assert.Equal(3, story.Simulator.Messages.Count);
        Assert.Equal(AccountState.Exhausted, story.Relay.State.Board.Of("hve1@contoso.com").State);

        // A second before the first of the day's recipients is 24 hours old nothing moves.
        var free = story.Next("quota");
        await story.QuietAsync();
        story.Clock.Advance(free - story.Clock.GetUtcNow() - TimeSpan.FromSeconds(2));
        Assert.Equal(3, story.Simulator.Messages.Count);
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 5);

        Assert.Equal(5, story.Simulator.Messages.Count);
        Assert.Equal(0, story.Simulator.Counters.LimitRefusals);
    }

    [Fact]
    public async Task A_part_larger_than_what_is_left_of_the_day_goes_as_far_as_it_fits()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.RecipientsPerDay = 10);

        await story.SendAsync(Enumerable.Range(1, 25).Select(i => $"user{i}@contoso.com"));
        await story.LogsAsync("relayed", 10);
        await story.LogsAsync("quota");

        Assert.Equal(10, story.Simulator.Messages.Sum(message => message.Recipients.Count));
    }

    [Fact]
    public async Task An_external_recipient_is_refused_at_once_and_the_others_are_not()
    {
        await using var story = await RelayStory.BeginAsync();

        var reply = await story.SendAsync("you@example.com");

        Assert.StartsWith("550 5.7.1 High Volume Email takes internal recipients only", reply, StringComparison.Ordinal);
        Assert.Equal("external recipient", story.Lines("refused").Single()["reason"]);
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_refused_before_anything_else()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Clients![0].Networks = ["10.20.0.0/16"]);

        await using var stranger = await Tests.Support.RawSmtp.ConnectAsync(story.Port);

        Assert.StartsWith("554 5.7.1 127.0.0.1 is not a client of this relay", await stranger.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("unknown client", story.Lines("refused").Single()["reason"]);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_at_MAIL_and_while_it_is_read()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.MaxMessageBytes = 2000);
        await using var device = await Tests.Support.RawSmtp.GreetAsync(story.Port);

        Assert.StartsWith("552 5.3.4", await device.CommandAsync("MAIL FROM:<a@contoso.com> SIZE=2001"), StringComparison.Ordinal);
        var reply = await device.SendMessageAsync("a@contoso.com", ["you@contoso.com"], "Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789\r\n", 200)));

        Assert.StartsWith("552 5.3.4", reply, StringComparison.Ordinal);
        Assert.StartsWith("250", await device.SendMessageAsync("a@contoso.com", ["you@contoso.com"], "Subject: x\r\n\r\nsmall\r\n"), StringComparison.Ordinal);
    }
}
