using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>
/// Promises 1 and 3 of the program under <c>kill -9</c>: what was answered 250 arrives, and twice only what was under way when the
/// relay died, which is marked in the log.
/// </summary>
[Trait("Category", "Long")]
public sealed class KillTests
{
    [Fact]
    public async Task Five_hundred_queued_messages_outlive_a_kill_while_nobody_answers_at_HVE()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var daemon = await story.StartAsync();
        var load = new Load(story.SmtpPort);
        await load.SendAsync(500);

        await daemon.KillAsync();
        await story.StartHveAsync();
        await story.StartAsync();

        await ArrivesAsync(story, load);
        Assert.Equal(500, story.Hve!.Messages.Count);
    }

    [Fact]
    public async Task Five_hundred_queued_messages_outlive_a_kill_while_HVE_holds_back_its_replies()
    {
        await using var story = await ProgramStory.BeginAsync();
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.AfterDot));
        var daemon = await story.StartAsync();
        var load = new Load(story.SmtpPort);
        await load.SendAsync(500);
        await Until.True(() => story.Hve.Faults.Stalled == 4);

        await daemon.KillAsync();
        story.Hve.Faults.Clear();
        await story.StartAsync();

        await ArrivesAsync(story, load);
        Assert.Equal(504, story.Hve.Messages.Count);
        Assert.Equal(4, Unsure(story).Count());
    }

    /// <summary>The seed stands in the name of the test; what it leads to depends on the machine, too.</summary>
    [Theory]
    [InlineData(1)]
    public async Task Whenever_the_kill_comes_nothing_accepted_is_lost(int seed)
    {
        const int Rounds = 5;
        var dice = new Random(seed);
        await using var story = await ProgramStory.BeginAsync();
        var load = new Load(story.SmtpPort);
        for (var round = 0; round < Rounds; round++)
        {
            var daemon = await story.StartAsync();
            var sending = load.SendUntilBrokenAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(50, 2000)), TimeProvider.System);
            await daemon.KillAsync();
            await sending;
        }

        await story.StartAsync();

        await ArrivesAsync(story, load);
    }

    /// <summary>Waits until all that was accepted has arrived and nothing is left in the queue; then counts.</summary>
    private static async Task ArrivesAsync(ProgramStory story, Load load)
    {
        Assert.NotEmpty(load.Accepted);
        await Until.True(
            () => load.Accepted.Keys.All(Load.Arrived(story.Hve!.Messages).Contains),
            () => $"{load.Accepted.Count} accepted, {story.Hve!.Messages.Count} arrived",
            120);
        Ended list;
        do
        {
            list = await story.RunAsync("queue", "list");
        }
        while (list.Output != "no messages\n");

        var unsure = Unsure(story).ToLookup(id => id);
        var arrived = Load.Arrived(story.Hve!.Messages);
        Assert.All(load.Accepted, accepted => Assert.Equal(accepted.Value, Assert.Single(arrived[accepted.Key].Distinct())));
        Assert.All(
            arrived.SelectMany(number => number).GroupBy(id => id),
            copies => Assert.True(
                copies.Count() <= 1 + unsure[copies.Key].Count(), $"{copies.Key} came {copies.Count()} times, marked unsure {unsure[copies.Key].Count()} times"));
    }

    /// <summary>The ids in the log's lines of that name.</summary>
    private static IEnumerable<string> Unsure(ProgramStory story) =>
        from line in story.LogFile()
        where line.Contains(" WRN unsure id=", StringComparison.Ordinal)
        select line.Split("id=")[1][..13];
}
