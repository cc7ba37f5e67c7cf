using System.CommandLine;
using System.Text.Json.Nodes;
using HveRelay.Operations.Verbs;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>What has ended stays for <c>Queue.KeepHistory</c>, and no longer.</summary>
[Trait("Category", "Long")]
public sealed class HistoryStories
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(6);

    [Fact]
    public async Task What_has_ended_is_known_for_KeepHistory_and_then_gone_for_all_verbs()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Queue.KeepHistory = Kept);
        var id = RelayStory.IdIn(await story.SendAsync(["you@contoso.com"], "Message-ID: <42@printer>\r\nSubject: scan\r\n\r\nhello\r\n"));
        Assert.StartsWith("550", await story.SendAsync("you@example.com"), StringComparison.Ordinal);
        await story.LogsAsync("relayed");
        await story.RunUntilAsync(() => RefusalsAsync(story).Result == 1);
        string[][] asked = [["why", $"{id}"], ["why", "42@printer"], ["why", "you@contoso.com"], ["why", "you@example.com"], ["queue", "show", $"{id}"]];

        await story.QuietAsync();
        story.Clock.Advance(Kept - TimeSpan.FromMinutes(10));
        await story.RunUntilAsync(() => story.Clock.GetUtcNow() >= story.Lines("relayed").Single().At + Kept - TimeSpan.FromMinutes(5));
        foreach (var verb in asked)
        {
            var (status, _, error) = await RunAsync(story, verb);
            Assert.Equal((0, string.Empty), (status, error));
        }

        Assert.Contains($"{id}", (await RunAsync(story, "queue", "list", "--all")).Output, StringComparison.Ordinal);

        await story.RunUntilAsync(() => story.Relay.State.Store.FindAsync(id, CancellationToken.None).AsTask().Result is null && RefusalsAsync(story).Result == 0);

        Assert.True(story.Clock.GetUtcNow() > story.Lines("relayed").Single().At + Kept);
        foreach (var verb in asked)
        {
            var (status, _, error) = await RunAsync(story, verb);
            Assert.Equal(1, status);
            Assert.NotEmpty(error);
        }

        Assert.Equal("no messages\n", (await RunAsync(story, "queue", "list", "--all")).Output);
        Assert.Equal(0, (await RunAsync(story, "why", "127.0.0.1")).Status); // our own clients stay
    }

    private static async Task<int> RefusalsAsync(RelayStory story) =>
        (await story.Relay.State.Store.RefusalsAsync("127.0.0.1", 10, CancellationToken.None)).Count;

    /// <summary>Runs a verb in this process, beside the relay whose data it reads.</summary>
    private static async Task<(int Status, string Output, string Error)> RunAsync(RelayStory story, params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        var configuration = directory.Write("hverelay.json", new JsonObject
        {
            ["HostName"] = "relay.contoso.com",
            ["DataDirectory"] = story.DataDirectory,
            ["Listeners"] = new JsonArray(new JsonObject { ["Name"] = "devices", ["Address"] = "127.0.0.1", ["Port"] = story.Port }),
            ["Clients"] = new JsonArray(new JsonObject { ["Name"] = "scanners", ["Networks"] = new JsonArray("127.0.0.0/8") }),
            ["Hve"] = new JsonObject
            {
                ["AcceptedDomains"] = new JsonArray("contoso.com"),
                ["Accounts"] = new JsonArray(new JsonObject { ["Address"] = "hve1@contoso.com", ["Password"] = "secret" }),
            },
        }.ToJsonString());
        using var output = new StringWriter();
        using var error = new StringWriter();
        var status = await CommandLine.Create().Parse([.. arguments, "--config", configuration]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (status, output.ToString(), error.ToString());
    }
}
