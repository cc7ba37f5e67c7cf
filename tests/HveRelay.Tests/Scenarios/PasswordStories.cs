using System.Globalization;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Health;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>A wrong password keeps the mail; who corrects it, here or at HVE, need not restart the relay.</summary>
public sealed class PasswordStories
{
    private const string Account = "hve1@contoso.com";

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

        await story.RunUntilAsync(() => Next(story) is not null);

        // It asks again by itself, with one message, and ever less often.
        foreach (var minutes in new[] { 1, 2, 4, 8, 15, 15 })
        {
            var before = Next(story)!.Value;
            await ProbeAsync(story);
            await story.RunUntilAsync(() => Next(story) > before);
            Assert.InRange((Next(story)!.Value - before).TotalMinutes, minutes, minutes + 3);
        }

        // Days later, when all of it is older than its lifetime.
        await story.QuietAsync();
        story.Clock.Jump(TimeSpan.FromDays(3));
        await ProbeAsync(story);
        Assert.Equal(messages, (await story.Relay.State.Store.TotalsAsync(CancellationToken.None)).QueuedMessages);
        Assert.Equal(AccountState.Faulty, story.Relay.State.Board.Of(Account).State);
        var health = await new HealthChecks(story.Relay.State).RelayAsync(CancellationToken.None);
        Assert.False(health.Ok);
        Assert.Contains("password", health.Checks.First(check => !check.Ok).Detail, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "secret\n");
        await story.QuietAsync();
        story.Clock.Advance(Next(story)!.Value - story.Clock.GetUtcNow());
        await story.RunUntilAsync(() => story.Simulator.Recorded > 0);

        // The clock stands still while it works, or HVE would seem to be slow; then come those that a probe put off.
        var later = story.Lines("deferred").Count(line => Time(line) > story.Clock.GetUtcNow());
        await Until.True(() => story.Lines("relayed").Count() >= messages - later, () => $"{story.Simulator.Recorded} of {messages}", 300);
        await story.QuietAsync();
        story.Clock.Advance(TimeSpan.FromHours(1));
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == messages);

        Assert.Single(story.Lines("alarm"));
        Assert.All(["failed", "expired", "unsure"], line => Assert.Empty(story.Lines(line)));
        Assert.Equal(messages, story.Simulator.Messages.SelectMany(message => message.Recipients).Distinct(StringComparer.Ordinal).Count());
        Assert.True((await new HealthChecks(story.Relay.State).RelayAsync(CancellationToken.None)).Ok);
    }

    private static DateTimeOffset Time(MailEvent line) => DateTimeOffset.Parse(line["next"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DateTimeOffset? Next(RelayStory story) => story.Relay.State.Board.Of(Account).NextTry;

    /// <summary>Waits for the next probe, which is refused.</summary>
    private static async Task ProbeAsync(RelayStory story)
    {
        // Else one that began before the rest fails after it, which is one more fault.
        await story.QuietAsync();
        var (next, probed) = (Next(story)!.Value, story.Lines("deferred").Count());
        if (next > story.Clock.GetUtcNow())
        {
            story.Clock.Advance(next - story.Clock.GetUtcNow());
        }

        // The clock stands still for a while, or HVE would seem to be slow.
        for (var turn = 0; turn < 500 && story.Lines("deferred").Count() == probed; turn++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await story.RunUntilAsync(() => story.Lines("deferred").Count() > probed);
    }

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
