using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Scenarios;

/// <summary>A daily limit that comes near is told; urgent mail has its reserve; an account can be told to send nothing.</summary>
public sealed class QuotaStories
{
    [Fact]
    public async Task A_line_at_seventy_and_one_at_ninety_percent_each_once()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.RecipientsPerDay = 10);
        await story.SendAsync(Enumerable.Range(1, 7).Select(i => $"user{i}@contoso.com"));
        await story.LogsAsync("relayed", 7);
        await story.RunUntilAsync(() => story.Lines("quota").Any());
        Assert.Equal(("tenant", "7", "10"), (story.Lines("quota").Single()["scope"], story.Lines("quota").Single()["used"], story.Lines("quota").Single()["limit"]));

        await story.SendAsync(["user8@contoso.com", "user9@contoso.com"]);
        await story.LogsAsync("relayed", 9);
        await story.RunUntilAsync(() => story.Lines("quota").Count() == 2);
        var told = story.Clock.GetUtcNow();
        await story.RunUntilAsync(() => story.Clock.GetUtcNow() - told > TimeSpan.FromMinutes(2));

        Assert.Equal(
            ["70 percent of the daily limit of recipients are used", "90 percent of the daily limit of recipients are used"],
            story.Lines("quota").Select(line => line["cause"]));
    }

    [Fact]
    public async Task Bulk_mail_stops_before_the_reserve_and_urgent_mail_goes_on()
    {
        await using var story = await RelayStory.BeginAsync(options =>
        {
            options.Hve.RecipientsPerDay = 10;
            options.Hve.UrgentReserve = "30%";
            options.Clients = [new ClientOptions { Name = "letters", Networks = ["127.0.0.0/8"], Priority = Priority.Bulk }];
        });

        await story.SendAsync(Enumerable.Range(1, 9).Select(i => $"user{i}@contoso.com"));
        await story.LogsAsync("relayed", 7);
        await story.RunUntilAsync(() => story.Lines("quota").Any(line => line["next"] is not null));
        Assert.Equal(AccountState.Exhausted, story.Relay.State.Board.Of("hve1@contoso.com").State);

        await EnqueueUrgentAsync(story, ["a@contoso.com", "b@contoso.com", "c@contoso.com", "d@contoso.com"]);
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 10);
        await story.RunUntilAsync(() => story.Lines("quota").Count(line => line["next"] is not null) == 2);

        Assert.Equal(["letters", "alarms"], story.Lines("relayed").Select(line => line["client"]).Distinct());
        Assert.Equal(3, story.Lines("relayed").Count(line => line["client"] == "alarms"));
        Assert.Contains("reserve of urgent mail", story.Lines("quota").First(line => line["next"] is not null)["cause"], StringComparison.Ordinal);
        Assert.Equal(10, story.Lines("relayed").Count());
        var store = story.Relay.State.Store;
        var since = story.Clock.GetUtcNow() - QuotaRule.Day;
        Assert.Equal(7, await store.UsedAsync(QuotaRule.Client("letters"), since, CancellationToken.None));
        Assert.Equal(3, await store.UsedAsync(QuotaRule.Client("alarms"), since, CancellationToken.None));
    }

    [Fact]
    public async Task Who_is_paused_sends_nothing_over_a_restart_until_he_is_resumed()
    {
        await using var story = await RelayStory.BeginAsync();
        var board = story.Relay.State.Board;
        var accounts = new AccountOperator(story.Relay.State.Store, board, new QueueSignal());
        var pause = new AccountPause("hve1@contoso.com", story.Clock.GetUtcNow(), "alice", null);
        Assert.True(await accounts.PauseAsync(pause, CancellationToken.None));
        Assert.False(await accounts.PauseAsync(pause, CancellationToken.None));
        await story.SendAsync("you@contoso.com");
        await story.StopAsync();
        await story.StartAsync();

        var start = story.Clock.GetUtcNow();
        await story.RunUntilAsync(() => story.Clock.GetUtcNow() - start > TimeSpan.FromMinutes(2));
        Assert.Empty(story.Simulator.Messages);
        Assert.Equal(["paused", "paused"], story.Lines("account").Select(line => line["state"]));

        accounts = new AccountOperator(story.Relay.State.Store, story.Relay.State.Board, new QueueSignal());
        Assert.True(await accounts.ResumeAsync("hve1@contoso.com", CancellationToken.None));
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Empty(await story.Relay.State.Store.PausesAsync(CancellationToken.None));
    }

    /// <summary>As if another client had sent it: from this machine there is but one.</summary>
    private static async Task EnqueueUrgentAsync(RelayStory story, IReadOnlyList<string> to)
    {
        var store = story.Relay.State.Store;
        var now = story.Clock.GetUtcNow();
        await using var content = store.CreateContent();
        await content.WriteAsync("Subject: fire\n\nfire\n"u8.ToArray(), CancellationToken.None);
        await store.EnqueueAsync(
            new NewMessage(
                new Envelope(
                    new MessageIdSource(story.Clock, new Random(7)).Next(), "alarm@contoso.com", now, now.AddDays(2), content.Length, Priority.Urgent, false,
                    new Origin("alarms", "10.20.3.7", "alarm", null, null, "ESMTP")),
                [new NewPart(1, 1, Lane.AnyAccount, to, now)]),
            content,
            CancellationToken.None);
    }
}
