using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>Somebody sets the machine's clock while the relay runs.</summary>
public sealed class ClockStories
{
    [Fact]
    public async Task Mail_that_was_put_off_while_the_clock_was_ahead_goes_soon_after_it_is_set_back()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Dot, "451 4.3.2 Not now") with { Times = 1 });
        story.Clock.Set(TimeSpan.FromDays(3));
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
        await story.LogsAsync("deferred");

        story.Clock.Set(TimeSpan.FromDays(-3));
        var setBack = story.Clock.GetUtcNow();
        await story.RunUntilAsync(() => story.Lines("relayed").Any());

        Assert.InRange(story.Clock.GetUtcNow() - setBack, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.Equal("clock", story.Lines("alarm").Single()["what"]);
    }

    [Fact]
    public async Task Mail_that_waits_in_the_queue_of_a_relay_whose_clock_was_ahead_goes_after_its_next_start()
    {
        await using var story = await RelayStory.BeginAsync();
        await story.Simulator.DisposeAsync();
        story.Clock.Set(TimeSpan.FromHours(9));
        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred");
        await story.StopAsync();

        story.Clock.Set(TimeSpan.FromHours(-9));
        await story.RestartHveAsync(new SimulatorOptions());
        await story.StartAsync();
        var setBack = story.Clock.GetUtcNow();
        await story.RunUntilAsync(() => story.Lines("relayed").Any());

        Assert.InRange(story.Clock.GetUtcNow() - setBack, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData(-49)]
    [InlineData(-5)]
    [InlineData(5)]
    public async Task An_account_that_rests_is_tried_again_whatever_becomes_of_the_clock(int hours)
    {
        await using var story = await RelayStory.BeginAsync();
        await story.Simulator.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        await story.LogsAsync("deferred", 2);
        story.Clock.Set(TimeSpan.FromHours(hours));
        var set = story.Clock.GetUtcNow();
        await story.RestartHveAsync(new SimulatorOptions());
        await story.SendAsync("late@contoso.com");
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 4);

        Assert.InRange(story.Clock.GetUtcNow() - set, TimeSpan.Zero, TimeSpan.FromMinutes(30));
        Assert.Empty(story.Lines("expired"));
    }

    [Fact]
    public async Task A_quota_that_was_used_up_while_the_clock_was_ahead_blocks_for_a_day_and_no_longer()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.RecipientsPerDay = 1);
        story.Clock.Set(TimeSpan.FromDays(10));
        await story.SendAsync(["a@contoso.com", "b@contoso.com"]);
        await story.LogsAsync("relayed");
        await story.LogsAsync("quota");

        story.Clock.Set(TimeSpan.FromDays(-10));
        await story.RunUntilAsync(() => story.Next("quota") - story.Clock.GetUtcNow() <= TimeSpan.FromHours(24));
        Assert.Equal("relayed", Assert.Single(story.Lines("relayed")).Name);
    }
}
