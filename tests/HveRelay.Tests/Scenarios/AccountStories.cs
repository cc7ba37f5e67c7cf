using System.Net;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>Several accounts, and one that is slowed down.</summary>
public sealed class AccountStories
{
    private const string One = "hve1@contoso.com", Two = "hve2@contoso.com";
    private static readonly IPAddress Printers = IPAddress.Parse("127.0.0.11");

    [Fact]
    public async Task The_mail_of_nobody_in_particular_goes_by_the_healthy_one()
    {
        await using var story = await BeginAsync(takeOver: false);
        story.Simulator.Faults.Add(WrongPassword);
        var begun = story.Clock.GetUtcNow();
        for (var i = 0; i < 20; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 20);

        Assert.All(story.Lines("relayed"), line => Assert.Equal(Two, line["account"]));
        Assert.InRange(story.Clock.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal((AccountState.Faulty, AccountState.Healthy), (story.Relay.State.Board.Of(One).State, story.Relay.State.Board.Of(Two).State));
        Assert.Single(story.Lines("alarm"));
    }

    [Fact]
    public async Task The_mail_of_a_clients_own_account_waits_for_it()
    {
        await using var story = await BeginAsync(takeOver: false);
        story.Simulator.Faults.Add(WrongPassword);
        await SendAsync(story);
        await story.LogsAsync("alarm");
        await story.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10));
        Assert.Empty(story.Simulator.Messages);

        story.Simulator.Faults.Clear();
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 5);
        Assert.All(story.Simulator.Messages, message => Assert.Equal(One, message.ReversePath));
    }

    [Fact]
    public async Task Where_the_configuration_says_so_another_takes_it_over_and_From_changes_with_it()
    {
        await using var story = await BeginAsync(takeOver: true);
        story.Simulator.Faults.Add(WrongPassword);
        var begun = story.Clock.GetUtcNow();
        await SendAsync(story);

        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 5);

        Assert.InRange(story.Clock.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.All(story.Simulator.Messages, message => Assert.Equal((Two, Two), (message.ReversePath, message.HeaderFrom.Single())));
        Assert.Equal(AccountState.Faulty, story.Relay.State.Board.Of(One).State);
    }

    [Fact]
    public async Task What_is_used_up_is_taken_over_too()
    {
        await using var story = await BeginAsync(takeOver: true, options => options.Hve.Accounts[0].RecipientsPerDay = 3);
        await SendAsync(story);

        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 5);

        Assert.Equal([One, One, One, Two, Two], story.Lines("relayed").Select(line => line["account"]).Order());
        Assert.Equal(AccountState.Exhausted, story.Relay.State.Board.Of(One).State);
    }

    [Fact]
    public async Task Who_is_slowed_down_uses_fewer_connections_for_a_while_and_none_of_the_mail_waits_long()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Hve.MaxConnections = 8);
        var board = story.Relay.State.Board;
        await Until.True(() => board.AllowedOf(One) == 8);
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "432 4.3.2 Concurrent connections limit exceeded") with { Times = 10 });
        for (var i = 0; i < 40; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        var least = 8;
        var begun = story.Clock.GetUtcNow();
        await story.RunUntilAsync(() =>
        {
            least = Math.Min(least, board.AllowedOf(One)!.Value);
            return story.Lines("relayed").Count() == 40;
        });

        Assert.InRange(least, 1, 4);
        Assert.InRange(story.Clock.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromSeconds(90));
        Assert.Equal(AccountState.Healthy, board.Of(One).State);
        for (var i = 0; board.AllowedOf(One) < 8; i++)
        {
            Assert.True(i < 10, "it does not get its connections back");
            story.Clock.Advance(ConnectionAllowance.Step);
            await story.SendAsync($"more{i}@contoso.com");
            await story.LogsAsync("relayed", 41 + i);
        }
    }

    /// <summary>A change of the configuration reaches the way out before the senders: the attempt broke, and its mail waited for a minute.</summary>
    [Fact]
    public async Task An_account_that_goes_while_its_mail_is_taken_costs_nothing_but_the_moment()
    {
        var configured = new RelayOptions();
        await using var story = await RelayStory.BeginAsync(options => configured = options);
        var accounts = configured.Hve.Accounts;
        configured.Hve.Accounts = [];
        await story.SendAsync("you@contoso.com");

        // What is given back is given back for good, which takes a sync.
        var before = (await story.Relay.State.Store.TotalsAsync(CancellationToken.None)).Syncs;
        await Until.TrueAsync(async () => (await story.Relay.State.Store.TotalsAsync(CancellationToken.None)).Syncs > before);
        configured.Hve.Accounts = accounts;

        await story.LogsAsync("relayed");

        Assert.Equal("1", story.Lines("relayed").Single()["attempt"]);
    }

    private static Fault WrongPassword => Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful") with { Account = One };

    private static Task<RelayStory> BeginAsync(bool takeOver, Action<RelayOptions>? change = null) => RelayStory.BeginAsync(
        options =>
        {
            options.Clients = [new ClientOptions { Name = "printers", Networks = ["127.0.0.11"], Account = One }, .. options.Clients!];
            options.Hve.Accounts[0].TakeOver = takeOver;
            options.Hve.Accounts.Add(new AccountOptions { Address = Two, Password = "other" });
            change?.Invoke(options);
        },
        new SimulatorOptions { Accounts = [new SimulatedAccount(One, "secret"), new SimulatedAccount(Two, "other")] });

    private static async Task SendAsync(RelayStory story)
    {
        for (var i = 0; i < 5; i++)
        {
            await story.SendAsync([$"user{i}@contoso.com"], at: Printers);
        }
    }
}
