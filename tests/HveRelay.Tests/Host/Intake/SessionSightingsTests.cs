using HveRelay.Intake;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Intake;

/// <summary>What a session leaves behind for the list of clients.</summary>
public sealed class SessionSightingsTests : IntakeStory
{
    [Fact]
    public async Task Messages_refusals_and_quirks_are_seen_as_they_happen()
    {
        var context = Context();
        await using var live = new LiveSession(new IntakeSession(context, refusal: null));
        await live.ReadLinesAsync(1);
        await live.SendAsync("EHLO scanner-3\r\n");
        await live.ReadLinesAsync(5);
        for (var i = 0; i < 2; i++)
        {
            // A bare LF and no brackets, twice in one session.
            await live.SendAsync("MAIL FROM:scan@contoso.com\nRCPT TO:<x@example.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\nHello\r\n.\r\n");
            await live.ReadLinesAsync(5);
        }

        var (clients, refusals, _) = context.Clients.Take();

        var client = Assert.Single(clients);
        Assert.Equal(("192.0.2.7", "scanners", "scanner-3"), (client.Address, client.Client, client.HelloName));
        Assert.Equal((2, 2, 0), (client.Messages, client.Refusals, client.Sessions));
        Assert.Equal(new Dictionary<string, long> { ["no angle brackets"] = 1, ["bare LF after commands"] = 1 }, client.Quirks);
        Assert.Equal(
            new Refusal(
                Clock.GetUtcNow(), "192.0.2.7", "scanners", null, "scan@contoso.com", "x@example.com", "external recipient",
                "550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains"),
            refusals[0]);
    }

    [Theory]
    [InlineData("Subject: x\n\nHello\n.\n", "LF . LF ends none here, BareNewline: LfOnly is for such a device")]
    [InlineData("Subject: x\n\nHello\n", null)]
    public async Task A_message_that_never_ends_is_a_refusal_with_what_its_line_ends_show(string content, string? hint)
    {
        var context = Context();
        var live = new LiveSession(new IntakeSession(context, refusal: null));
        await live.ReadLinesAsync(1);
        await live.SendAsync("EHLO old-scanner\r\nMAIL FROM:<scan@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n");
        await live.ReadLinesAsync(8);
        await live.SendAsync(content);
        await Until.True(() => live.Clock.Waiting > 0);
        var reply = live.ReadToEndAsync();
        await Until.True(() =>
        {
            live.Clock.Advance(TimeSpan.FromMinutes(1));
            return live.Ended.IsCompleted;
        });

        var told = $"421 4.4.2 relay.example {(hint is null ? "Nothing came in time" : $"No end of the message came in time: {hint}")}, closing";
        Assert.Equal(told + "\r\n", await reply);
        var (clients, refusals, _) = context.Clients.Take();
        Assert.Equal(1, clients[0].Quirks["bare CR or LF in messages"]);
        Assert.Equal(("scan@contoso.com", "time-out in the message", told), (refusals[0].From, refusals[0].Reason, refusals[0].Reply));
        Assert.EndsWith($"from=scan@contoso.com reason=\"time-out in the message\" reply=\"{told}\" listener=test", Log[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DATA\r\n", "a\n.\n", ": LF . LF ends none here, BareNewline: LfOnly is for such a device")]
    [InlineData("DATA\r\n", "a\r\n", "")]
    [InlineData("BDAT 3\r\na\r\n", "", "")]
    [InlineData("BDAT 3\r\na\r\n", "BDAT 10 LAST\r\nb", "")]
    public async Task Who_hangs_up_within_a_message_is_seen(string begin, string content, string hint)
    {
        var context = Context();
        var live = new LiveSession(new IntakeSession(context, refusal: null));
        await live.ReadLinesAsync(1);
        await live.SendAsync("MAIL FROM:<scan@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\n" + begin);
        await live.ReadLinesAsync(3);
        await live.SendAsync(content);
        await live.FinishAsync();
        await live.EndAsync();

        var refusal = Assert.Single(context.Clients.Take().Refusals);
        Assert.Equal(
            ("cut off in the message", "421 4.4.2 relay.example The client closed the connection before the end of the message" + hint),
            (refusal.Reason, refusal.Reply));
    }

    [Fact]
    public async Task A_stranger_is_seen_under_no_entry()
    {
        Options.Clients = [];
        var context = Context();
        var live = new LiveSession(new IntakeSession(context, refusal: null));
        await live.ReadToEndAsync();
        await live.EndAsync();

        var (clients, refusals, _) = context.Clients.Take();

        Assert.Equal((string.Empty, "unknown client"), (clients[0].Client, clients[0].LatestRefusal?.Reason));
        Assert.Single(refusals);
    }

    [Fact]
    public async Task Too_many_connections_are_seen_under_the_entry_of_the_client()
    {
        var context = Context();
        var live = new LiveSession(new IntakeSession(context, IntakeReplies.TooManyConnections("relay.example")));
        await live.ReadToEndAsync();
        await live.EndAsync();

        Assert.Equal(("scanners", "connections"), (context.Clients.Take().Clients[0] is var client ? client.Client : null, client.LatestRefusal?.Reason));
    }
}
