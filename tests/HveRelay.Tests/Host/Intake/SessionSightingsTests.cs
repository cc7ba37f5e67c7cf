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
