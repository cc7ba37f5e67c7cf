using System.Text.Json.Nodes;

namespace HveRelay.Tests.Program;

/// <summary>What <c>check</c> says beyond errors: which entry of Clients decides, and whom a change would send away.</summary>
public sealed class CheckVerbTests
{
    [Fact]
    public async Task It_explains_which_entry_decides()
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Clients"] = JsonNode.Parse("""
            [ { "Name": "scanners", "Networks": [ "10.20.0.0/16" ], "Senders": [ "*@contoso.com" ], "Account": "hve1@contoso.com" } ]
            """));

        var taken = await story.RunAsync("check", "--explain", "10.20.3.7", "scan@contoso.com", "ann+scans@contoso.com");
        var outside = await story.RunAsync("check", "--explain", "10.20.3.7", "-", "scan@contoso.com", "x@example.com");
        var stranger = await story.RunAsync("check", "--json", "--explain", "10.21.0.1");
        var wrong = await story.RunAsync("check", "--explain", "scanner-3");

        Assert.Equal(0, taken.Status);
        Assert.Equal(
            """
            connect    220: Clients[0] 'scanners' covers 10.20.3.7 by 10.20.0.0/16
            entry      Clients[0] 'scanners' decides
            sender     250: may send as scan@contoso.com
            recipient  250: ann+scans@contoso.com leaves by hve1@contoso.com
            limits     priority Normal, at most 1000 recipients a message, 10481664 octets, no limit of messages a minute

            """.ReplaceLineEndings("\n"),
            taken.Output.ReplaceLineEndings("\n"));
        Assert.Equal(1, outside.Status);
        Assert.Contains("recipient  550 5.7.1 High Volume Email takes internal recipients only", outside.Output, StringComparison.Ordinal);
        Assert.Equal(1, stranger.Status);
        Assert.True(JsonNode.Parse(stranger.Output)!["refused"]!.GetValue<bool>());
        Assert.Equal((2, "--explain: scanner-3 is no IP address\n"), (wrong.Status, wrong.Error.ReplaceLineEndings("\n")));
    }

    [Fact]
    public async Task It_names_the_clients_that_a_change_would_refuse()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await story.QueueAsync("ann@contoso.com");
        daemon.Terminate();
        await daemon.EndAsync();
        var before = await story.RunAsync("check");
        story.Configure(configuration => configuration["Clients"]![0]!["Networks"] = new JsonArray("127.0.0.2"));
        var narrow = await story.RunAsync("check");
        story.Configure(configuration => configuration["Clients"]![0]!["RequireTls"] = true);
        var secure = await story.RunAsync("check");

        Assert.DoesNotContain("would be refused", before.Output, StringComparison.Ordinal);
        Assert.Matches(
            "warning: Clients: 127\\.0\\.0\\.1 \\(.+\\), last seen 20..-..-.. with 1 message as 'scanners', would be refused: no entry covers it", narrow.Output);
        Assert.Contains("would be refused: 'scanners' requires TLS, and it came without", secure.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0), (narrow.Status, secure.Status));
    }
}
