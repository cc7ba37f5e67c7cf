using System.Globalization;
using System.Security.Cryptography;
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

    /// <summary>
    /// KILL_TEST_KILLS sets how often (500 by hand), KILL_TEST_SEED the dice; what they lead to depends on the machine, too.
    /// </summary>
    [Fact]
    public async Task Whenever_the_kill_comes_nothing_accepted_is_lost()
    {
        var kills = Number("KILL_TEST_KILLS", 30);
        var seed = Number("KILL_TEST_SEED", RandomNumberGenerator.GetInt32(int.MaxValue));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, KILL_TEST_SEED={seed}");
        var dice = new Random(seed);
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Hve"]!["RecipientsPerDay"] = 0);
        await story.StartHveAsync(options => options with { RecipientsPerDay = 0, RecordLimit = int.MaxValue, KeepContent = false });
        var load = new Load(story.SmtpPort) { Pause = TimeSpan.FromMilliseconds(5) };
        for (var kill = 0; kill < kills; kill++)
        {
            if (dice.Next(5) == 0)
            {
                // Before it is ready, or just then: while it puts in order what the kill before has left.
                var early = story.Launch();
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(100, 1500)), TimeProvider.System);
                await early.KillAsync();
                continue;
            }

            var daemon = await story.StartAsync();
            var sending = load.SendUntilBrokenAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(20, 1500)), TimeProvider.System);
            await daemon.KillAsync();
            await sending;
        }

        await story.StartAsync();

        await ArrivesAsync(story, load);
        var arrived = Load.Arrived(story.Hve!.Messages);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{load.Accepted.Count} answered 250, {arrived.Count} messages arrived, {arrived.Sum(copies => copies.Count()) - arrived.Count} doubles, "
            + $"{Unsure(story).Count()} times marked unsure");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>Waits until all that was accepted has arrived and nothing is left in the queue; then counts.</summary>
    private static async Task ArrivesAsync(ProgramStory story, Load load)
    {
        Assert.NotEmpty(load.Accepted);
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        while ((await story.RunAsync("queue", "list", "--limit", "1")).Output != "no messages\n")
        {
            Assert.True(time.GetElapsedTime(begun) < TimeSpan.FromMinutes(10), $"{load.Accepted.Count} accepted, {story.Hve!.Messages.Count} arrived");

            // What two kills in a row have met under way is held until a person says that it may go once more.
            await story.RunAsync("queue", "release", "--all", "--state", "held", "--yes");
        }

        var unsure = Unsure(story).ToLookup(id => id);
        var arrived = Load.Arrived(story.Hve!.Messages);
        Assert.DoesNotContain(load.Accepted, accepted => !arrived.Contains(accepted.Key));
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
