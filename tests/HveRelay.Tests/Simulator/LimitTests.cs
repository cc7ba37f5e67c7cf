namespace HveRelay.Tests.Simulator;

public sealed class LimitTests : SimulatorStory
{
    [Fact]
    public async Task The_51st_recipient_is_refused_and_the_50_get_the_message()
    {
        await using var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}>");
        for (var i = 1; i <= 50; i++)
        {
            Assert.Equal("250 2.1.5 Recipient OK", await client.CommandAsync($"RCPT TO:<r{i}@contoso.com>"));
        }

        Assert.Equal("452 4.5.3 Too many recipients", await client.CommandAsync("RCPT TO:<r51@contoso.com>"));
        await client.CommandAsync("DATA");
        await client.CommandAsync(Content() + ".");

        Assert.Equal("r50@contoso.com", Simulator.Messages[0].Recipients[^1]);
        Assert.Equal((50, 1, 1), (Simulator.Counters.RecipientsAccepted, Simulator.Counters.Transactions, Simulator.Counters.LimitRefusals));
    }

    [Fact]
    public async Task Ten_recipients_a_day_are_any_24_hours()
    {
        await RestartAsync(Options with { RecipientsPerDay = 10 });
        await using var client = await LogInAsync();
        async Task<string> SendAsync(int recipients) =>
            (await client.SendMessageAsync(Account, Enumerable.Range(1, recipients).Select(i => $"r{i}@contoso.com"), Content()))[..9];

        Assert.Equal("250 2.0.0", await SendAsync(6));
        Clock.Advance(TimeSpan.FromHours(20));
        Assert.Equal("250 2.0.0", await SendAsync(4));
        Assert.Equal("554 5.2.0", await SendAsync(1));
        Clock.Advance(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(1));
        Assert.Equal("554 5.2.0", await SendAsync(1));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("554 5.2.0", await SendAsync(7));
        Assert.Equal("250 2.0.0", await SendAsync(6));
        Clock.Advance(TimeSpan.FromHours(20));
        Assert.Equal("250 2.0.0", await SendAsync(4));

        Assert.Equal((20, 3), (Simulator.Counters.RecipientsAccepted, Simulator.Counters.LimitRefusals));
    }

    [Fact]
    public async Task A_message_may_be_as_large_as_the_limit_and_no_octet_larger()
    {
        await RestartAsync(Options with { MaxMessageBytes = 1000 });
        await using var client = await LogInAsync();
        var filling = 1000 - Content(body: "").Length - 2;

        Assert.StartsWith("250 2.0.0", await client.SendMessageAsync(Account, [Bob], Content(body: new string('x', filling) + "\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("552 5.3.4", await client.SendMessageAsync(Account, [Bob], Content(body: new string('x', filling + 1) + "\r\n")), StringComparison.Ordinal);
        Assert.Equal(1000, Assert.Single(Simulator.Messages).Length);
    }

    [Fact]
    public async Task A_connection_too_many_may_talk_and_may_not_submit()
    {
        await RestartAsync(Options with { MaxConnections = 1 });
        var first = await LogInAsync();
        await using var second = await LogInAsync();

        Assert.StartsWith("432 4.3.2", await second.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0", await first.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
        await first.DisposeAsync();
        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 1, Soon);

        Assert.StartsWith("250 2.0.0", await second.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_are_counted_now_at_their_peak_and_in_all()
    {
        await (await LogInAsync()).DisposeAsync();
        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 0, Soon);
        await using var second = await LogInAsync();
        await using var third = await LogInAsync();

        var counters = Simulator.Counters;

        Assert.Equal((2, 2, 3), (counters.ConnectionsNow, counters.ConnectionsPeak, counters.ConnectionsTotal));
        Assert.Equal((6, 3, 3), (counters.Commands["EHLO"], counters.Commands["STARTTLS"], counters.Commands["AUTH"]));
    }
}
