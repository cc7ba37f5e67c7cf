using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Operations.Control;
using HveRelay.Operations.Doctor;
using HveRelay.Operations.Doctor.Checks;
using HveRelay.Queue;
using HveRelay.Simulator;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>What a smarthost may send: its pace, its day, its warm-up, and the size of a message.</summary>
[Trait("Category", "Long")]
public sealed class SmarthostLimitStories
{
    private const string External = "external";

    [Fact]
    public async Task Thirty_messages_a_minute_are_thirty_in_any_minute_over_a_restart_too()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.MessagesPerMinute = 30);

        var start = story.Clock.GetUtcNow();
        for (var i = 0; i < 70; i++)
        {
            await story.SendAsync($"guest{i}@fabrikam.com");
        }

        await story.LogsAsync("relayed", 30);
        await story.StopAsync();
        await story.StartAsync();
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 70);

        // The clock runs while a transaction is under way, so only the first thirty are logged in the second in which they began.
        var sent = story.Lines("relayed").Select(line => line.At).Order().ToList();
        Assert.All(sent.Take(30), at => Assert.Equal(start, at));
        Assert.InRange(sent[30] - start, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        Assert.InRange(sent[60] - sent[30], TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(2));
        Assert.Equal(AccountState.Healthy, story.Relay.State.Board.Of(External).State);
    }

    [Fact]
    public async Task Mail_that_is_late_for_the_pace_alone_does_not_expire()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.MessagesPerMinute = 1, options => options.Queue.Lifetime = TimeSpan.FromDays(1));
        for (var i = 0; i < 3; i++)
        {
            await story.SendAsync($"guest{i}@fabrikam.com");
        }

        await story.LogsAsync("relayed");
        await story.QuietAsync();
        story.Clock.Jump(TimeSpan.FromDays(3));
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 3);

        Assert.Empty(story.Lines("expired"));
    }

    [Fact]
    public async Task A_new_address_is_warmed_up_day_by_day_over_restarts()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => (smarthost.RecipientsPerDay, smarthost.WarmUpDays) = (8, 4));
        for (var i = 0; i < 20; i++)
        {
            await story.SendAsync($"guest{i}@fabrikam.com");
        }

        await story.LogsAsync("relayed", 2);
        await story.RunUntilAsync(() => story.Lines("quota").Any(line => line["next"] is not null));
        var line = story.Lines("quota").Last(line => line["next"] is not null);
        Assert.Equal((External, "2"), (line["scope"], line["limit"]));
        Assert.Equal("The smarthost's daily limit of recipients is reached", story.Relay.State.Board.Of(External).Cause);

        // The doctor went by the whole RecipientsPerDay.
        await using (var examination = new Examination(story.Relay.State.Options, story.Clock)
        {
            OpenQueue = () => Task.FromResult(SqliteQueueStore.OpenReader(story.DataDirectory)),
            Accounts = _ => Task.FromResult<IReadOnlyList<AccountAnswer>>([]),
        })
        {
            await QueueCheck.RunAsync(examination, CancellationToken.None);
            Assert.Equal("external: 2 of 2 recipients in the last 24 hours", (await QuotaCheck.RunAsync(examination, CancellationToken.None)).Words);
        }

        // 2, 4, 6 and 8 on the four days, and no more however long the day is.
        foreach (var allowed in new[] { 6, 12, 20 })
        {
            await story.StopAsync();
            story.Clock.Jump(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(2));
            await story.StartAsync();
            await story.RunUntilAsync(() => story.Lines("relayed").Count() >= allowed);
            var full = story.Clock.GetUtcNow();
            await story.RunUntilAsync(() => story.Clock.GetUtcNow() - full > TimeSpan.FromMinutes(1));
            Assert.Equal(allowed, story.Lines("relayed").Count());
        }
    }

    [Fact]
    public async Task The_day_of_the_smarthost_is_none_of_the_tenants()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.RecipientsPerDay = 1);

        await story.SendAsync(["a@fabrikam.com", "b@fabrikam.com", "c@contoso.com", "d@contoso.com"]);
        await story.LogsAsync("relayed", 3);
        await story.RunUntilAsync(() => story.Lines("quota").Any(line => line["next"] is not null));

        Assert.Equal(AccountState.Exhausted, story.Relay.State.Board.Of(External).State);
        Assert.Equal(AccountState.Healthy, story.Relay.State.Board.Of("hve1@contoso.com").State);
        Assert.Equal(2, await story.Relay.State.Store.UsedAsync(QuotaRule.Tenant, story.Clock.GetUtcNow() - QuotaRule.Day, CancellationToken.None));
    }

    [Fact]
    public async Task Of_one_transaction_it_gets_as_many_recipients_as_it_takes()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.MaxRecipientsPerMessage = 2);

        await story.SendAsync(Enumerable.Range(1, 5).Select(i => $"guest{i}@fabrikam.com"));
        await story.LogsAsync("relayed", 5);

        Assert.Equal([1, 2, 2], gateway.Messages.Select(message => message.Recipients.Count).Order());
    }

    [Fact]
    public async Task What_is_too_large_for_HVE_is_refused_with_the_limit_in_words()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, change: options => options.Routes = []);
        await using var device = await RawSmtp.GreetAsync(story.Port);

        Assert.Equal(
            "552 5.3.4 Message too large: at most 10 MB (10481664 octets)",
            (await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com> SIZE=10481665")).TrimEnd());
        Assert.StartsWith("250 ", await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com> SIZE=10481664"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_as_large_as_it_may_be_leaves_within_the_limit_of_HVE()
    {
        await using var story = await RelayStory.BeginAsync();
        var lines = string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", 10_481_664 / 64 - 1));

        Assert.StartsWith("250 ", await story.SendAsync(["you@contoso.com"], $"Subject: {new string('x', 51)}\r\n\r\n{lines}"), StringComparison.Ordinal);
        await story.LogsAsync("relayed");

        Assert.InRange(Assert.Single(story.Simulator.Messages).Length, 10_481_665, 10_485_760);
    }

    [Fact]
    public async Task Where_a_route_takes_more_the_recipients_of_HVE_are_refused_alone()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);
        await using var device = await RawSmtp.GreetAsync(story.Port);

        Assert.StartsWith("250 ", await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com> SIZE=10481665"), StringComparison.Ordinal);
        Assert.Equal("552 5.3.4 Message too large: at most 10 MB (10481664 octets)", (await device.CommandAsync("RCPT TO:<you@contoso.com>")).TrimEnd());
        Assert.StartsWith("250 ", await device.CommandAsync("RCPT TO:<guest@fabrikam.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Oversize_goes_by_the_smarthost_that_is_named_for_it()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, change: options =>
        {
            (options.Hve.OversizeVia, options.Hve.MaxMessageBytes, options.Routes) = (External, 2000, []);
        });

        await story.SendAsync(["you@contoso.com"], "Subject: small\r\n\r\nhello\r\n");
        await story.SendAsync(["you@contoso.com"], "Subject: scan\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789abcdef\r\n", 200)));
        await story.LogsAsync("relayed", 2);

        Assert.Single(story.Simulator.Messages);
        Assert.True(Assert.Single(gateway.Messages).Length > 2000);
        Assert.StartsWith("550 5.7.1 ", await story.SendAsync("guest@fabrikam.com"), StringComparison.Ordinal);
    }

    private static Task<HveSimulator> GatewayAsync() => HveSimulator.StartAsync(
        new SimulatorOptions
        {
            Port = FreePort.Next(),
            IsSmarthost = true,
            RequireAuthentication = false,
            Security = SimulatorSecurity.None,
            MaxMessageBytes = 0,
        },
        new ManualClock());

    private static Task<RelayStory> BeginAsync(HveSimulator gateway, Action<SmarthostOptions>? smarthost = null, Action<RelayOptions>? change = null) =>
        RelayStory.BeginAsync(options =>
        {
            var external = new SmarthostOptions
            {
                Name = External,
                Host = "localhost",
                Port = gateway.Port,
                Security = UpstreamSecurity.None,
                Rewrite = RewriteFrom.Keep,
                MessagesPerMinute = 0,
            };
            smarthost?.Invoke(external);
            options.Smarthosts = [external];
            options.Routes = [new RouteOptions { Via = External }];
            change?.Invoke(options);
        });
}
