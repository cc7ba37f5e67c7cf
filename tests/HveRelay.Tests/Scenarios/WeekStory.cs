using System.Net;
using HveRelay.Configuration;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>Five days of mail within ten hours, and a week to send it in.</summary>
public sealed class WeekStory
{
    private const int Day = 1000, Clients = 20;

    /// <summary>Time limits are by the story's clock: with so many milliseconds to a second a busy machine keeps them too.</summary>
    private const int Patience = 100;
    private static readonly int[] Messages = [50, 120, 30, 49, 1];
    private static readonly TimeSpan Week = TimeSpan.FromDays(7), Step = TimeSpan.FromHours(1), Full = TimeSpan.FromDays(1);

    /// <summary>Longer than the relay keeps a connection.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    [Fact]
    [Trait("Category", "Long")]
    public async Task HVE_never_has_to_refuse_for_a_limit_and_a_thousand_go_in_any_24_hours()
    {
        await using var story = await RelayStory.BeginAsync(
            options =>
            {
                options.Hve.RecipientsPerDay = Day;
                options.Hve.MaxConnections = 10;
                options.Clients = [.. Enumerable.Range(0, Clients).Select(i => new ClientOptions { Name = $"device-{i}", Networks = [$"{At(i)}"] })];
            },
            new SimulatorOptions { RecipientsPerDay = Day, MaxConnections = 10, MaxRecipientsPerMessage = 50, TranscriptLimit = 0, KeepContent = false });
        var begun = story.Clock.GetUtcNow();
        var queued = 0;
        for (var step = 0; story.Clock.GetUtcNow() - begun < Week; step++)
        {
            for (var client = 2 * step; client < Math.Min(2 * (step + 1), Clients); client++)
            {
                queued += await SendAllAsync(story, client);
            }

            if (step % 33 == 17)
            {
                await story.StopAsync();
                await story.StartAsync();
            }

            await story.RunUntilAsync(() => HasGone(story, queued), Patience);
            do
            {
                // Idle connections end, for after the leap new ones begin at once. These seconds may also make room for more mail, and the
                // leap would be longer than HVE has to answer it.
                await story.PassAsync(Idle, TimeSpan.FromSeconds(1));
                await story.RunUntilAsync(() => HasGone(story, queued), Patience);
            }
            while (story.Simulator.Counters.ConnectionsNow > 0);

            story.Clock.Advance(begun + ((step + 1) * Step) - story.Clock.GetUtcNow());
        }

        var arrived = story.Simulator.Messages;
        Assert.Equal(5000, queued);
        Assert.Equal(5000, arrived.SelectMany(message => message.Recipients).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(5000, arrived.Sum(message => message.Recipients.Count));
        Assert.All(arrived, message => Assert.InRange(
            arrived.Where(each => each.ReceivedAt > message.ReceivedAt - Full && each.ReceivedAt <= message.ReceivedAt).Sum(each => each.Recipients.Count), 1, Day));
        Assert.Equal((0L, true), (story.Simulator.Counters.LimitRefusals, story.Simulator.Counters.ConnectionsPeak <= 10));
        Assert.InRange(arrived[^1].ReceivedAt - begun, TimeSpan.FromDays(4), TimeSpan.FromDays(4) + TimeSpan.FromHours(10));
        Assert.All(["failed", "expired", "unsure", "alarm"], line => Assert.Empty(story.Lines(line)));
    }

    /// <summary>All that was queued, or a thousand more than were sent before the last 24 hours.</summary>
    private static int Expected(RelayStory story, int queued) => Math.Min(queued, Sent(story, story.Clock.GetUtcNow() - Full) + Day);

    private static bool HasGone(RelayStory story, int queued) => Sent(story, story.Clock.GetUtcNow()) == Expected(story, queued) && IsQuiet(story);

    /// <summary>
    /// No login is under way and no answer on its way back, which a leap of the clock would make too slow. What a restart has cut short
    /// is gone on both sides.
    /// </summary>
    private static bool IsQuiet(RelayStory story) => story.Simulator.Counters.ConnectionsNow == story.Relay.State.Board.ConnectionsOf("hve1@contoso.com")
        && story.Lines("relayed").Count() == story.Simulator.Messages.Sum(message => message.Recipients.Count);

    private static int Sent(RelayStory story, DateTimeOffset until) =>
        story.Simulator.Messages.Where(message => message.ReceivedAt <= until).Sum(message => message.Recipients.Count);

    private static IPAddress At(int client) => IPAddress.Parse($"127.0.0.{client + 10}");

    private static async Task<int> SendAllAsync(RelayStory story, int client)
    {
        await using var device = await RawSmtp.GreetAsync(story.Port, from: At(client));
        for (var i = 0; i < Messages.Length; i++)
        {
            var to = string.Concat(Enumerable.Range(0, Messages[i]).Select(number => $"RCPT TO:<user-{client}-{i}-{number}@contoso.com>\r\n"));
            await device.SendAsync($"MAIL FROM:<scanner@contoso.com>\r\n{to}");
            for (var reply = 0; reply <= Messages[i]; reply++)
            {
                Assert.StartsWith("250", await device.ReadReplyAsync(), StringComparison.Ordinal);
            }

            await device.CommandAsync("DATA");
            Assert.StartsWith("250", await device.CommandAsync("Subject: scan\r\n\r\nhello\r\n."), StringComparison.Ordinal);
        }

        return Messages.Sum();
    }
}
