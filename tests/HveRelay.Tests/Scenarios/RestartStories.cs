using HveRelay.Delivery;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>What was answered 250 outlives the relay.</summary>
public sealed class RestartStories
{
    [Fact]
    public async Task A_full_queue_goes_out_after_a_restart()
    {
        await using var story = await RelayStory.BeginAsync();
        await story.Simulator.DisposeAsync();
        for (var i = 0; i < 40; i++)
        {
            Assert.StartsWith("250", await story.SendAsync($"user{i}@contoso.com"), StringComparison.Ordinal);
        }

        await story.StopAsync();
        await story.RestartHveAsync(new SimulatorOptions());
        await story.StartAsync();
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 40);

        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => $"user{i}@contoso.com").Order(),
            story.Simulator.Messages.SelectMany(message => message.Recipients).Order());
    }

    [Fact]
    public async Task A_session_that_is_idle_at_shutdown_hears_421()
    {
        await using var story = await RelayStory.BeginAsync();
        await using var device = await Tests.Support.RawSmtp.GreetAsync(story.Port);

        await story.StopAsync();

        Assert.StartsWith("421 4.3.2", await device.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_under_way_at_shutdown_is_finished_and_its_message_kept()
    {
        await using var story = await RelayStory.BeginAsync();
        await using var device = await Tests.Support.RawSmtp.GreetAsync(story.Port);
        await device.CommandAsync("MAIL FROM:<a@contoso.com>");
        await device.CommandAsync("RCPT TO:<you@contoso.com>");
        await device.CommandAsync("DATA");

        var stopping = story.StopAsync();
        await story.LogsAsync("stopping");
        var reply = await device.CommandAsync("Subject: late\r\n\r\nbut in time\r\n.");
        await stopping;

        Assert.StartsWith("250", reply, StringComparison.Ordinal);
        await story.StartAsync();
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Single(story.Simulator.Messages);
    }

    /// <summary>The stop broke too then: the queue stayed open, and standard error alone knew why.</summary>
    [Fact]
    public async Task Where_delivery_broke_the_log_says_so_and_the_queue_is_closed_all_the_same()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Clock.Breaks = new DeliveryOptions().Recovery;
        await story.RunUntilAsync(() => story.Clock.Breaks is null);

        await story.StopAsync();

        Assert.Equal("delivery", Assert.Single(story.Lines("alarm"))["what"]);
        Assert.Single(story.Lines("stopped"));
        await story.StartAsync();
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
    }
}
