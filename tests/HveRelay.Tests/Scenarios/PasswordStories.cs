using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Health;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>A wrong password keeps the mail; who corrects it, here or at HVE, need not restart the relay.</summary>
public sealed class PasswordStories
{
    [Fact]
    public Task A_new_password_in_its_file_lets_go_all_that_waited() => RunAsync(100);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_new_password_in_its_file_lets_ten_thousand_go() => RunAsync(10_000);

    private static async Task RunAsync(int messages)
    {
        var file = string.Empty;
        await using var story = await RelayStory.BeginAsync(options =>
        {
            file = Path.Combine(options.DataDirectory, "hve1.password");
            File.WriteAllText(file, "wrong\n");
            options.Hve.Accounts[0].Password = "wrong";
            options.Hve.Accounts[0].PasswordFile = file;
        });
        await EnqueueAsync(story, messages);
        await story.RunUntilAsync(() => story.Lines("alarm").Any());

        // It asks again by itself, after 30 s, 1, 2 and 4 minutes, and not once for each message.
        var asked = Asked(story);
        Assert.InRange(asked, 1, 4 + 4);
        await story.PassAsync(TimeSpan.FromMinutes(8), TimeSpan.FromSeconds(10));
        Assert.InRange(Asked(story) - asked, 3, 8);

        // Days later, when all of it is older than its lifetime.
        story.Clock.Jump(TimeSpan.FromDays(3));
        await story.PassAsync(TimeSpan.FromMinutes(16), TimeSpan.FromSeconds(30));
        Assert.Equal(messages, (await story.Relay.State.Store.TotalsAsync(CancellationToken.None)).QueuedMessages);
        Assert.Equal(AccountState.Faulty, story.Relay.State.Board.Of("hve1@contoso.com").State);
        var health = await new HealthChecks(story.Relay.State).RelayAsync(CancellationToken.None);
        Assert.False(health.Ok);
        Assert.Contains("password", health.Checks.First(check => !check.Ok).Detail, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "secret\n");
        await story.RunUntilAsync(() => story.Simulator.Recorded > 0);

        // The clock stands still while it works, or HVE would seem to be slow; then come those that a probe put off.
        await Until.True(() => story.Simulator.Recorded >= messages - 50, () => $"{story.Simulator.Recorded} of {messages}", 300);
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == messages);

        Assert.Single(story.Lines("alarm"));
        Assert.All(["failed", "expired", "unsure"], line => Assert.Empty(story.Lines(line)));
        Assert.Equal(messages, story.Simulator.Messages.SelectMany(message => message.Recipients).Distinct(StringComparer.Ordinal).Count());
        Assert.True((await new HealthChecks(story.Relay.State).RelayAsync(CancellationToken.None)).Ok);
    }

    private static long Asked(RelayStory story) => story.Simulator.Counters.Commands.GetValueOrDefault("AUTH");

    /// <summary>As devices would over an hour, in a moment.</summary>
    private static async Task EnqueueAsync(RelayStory story, int messages)
    {
        var store = story.Relay.State.Store;
        var ids = new MessageIdSource(story.Clock, new Random(7));
        var now = story.Clock.GetUtcNow();
        var octets = "From: scanner-3@contoso.com\r\nSubject: scan\r\n\r\nhello\r\n"u8.ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, messages), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancel) =>
        {
            await using var content = store.CreateContent();
            await content.WriteAsync(octets, cancel);
            await store.EnqueueAsync(
                new NewMessage(
                    new Envelope(
                        ids.Next(), "scanner-3@contoso.com", now, now.AddDays(2), content.Length, Priority.Normal, false,
                        new Origin("scanners", "127.0.0.1", "scanner-3", null, null, "ESMTP")),
                    [new NewPart(1, 1, Lane.AnyAccount, [$"user{i}@contoso.com"], now)]),
                content,
                cancel);
        });
    }
}
