using System.Text.Json;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary><c>explain</c> of lines of our own log: who answered is in the line.</summary>
public sealed class ExplainedLineTests
{
    [Fact]
    public async Task A_line_of_a_refusal_is_the_relay_s_own_and_has_the_remedy_of_its_reason()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        await story.StartAsync();
        Assert.StartsWith("550 5.7.1", await story.SendAsync(["you@example.com"]), StringComparison.Ordinal);
        await Until.True(() => story.LogFile("jsonl").Any(line => line.Contains("external recipient", StringComparison.Ordinal)));
        var line = story.LogFile().Single(each => each.Contains(" refused ", StringComparison.Ordinal));
        var json = story.LogFile("jsonl").Single(each => each.Contains("\"refused\"", StringComparison.Ordinal));

        var ended = await story.RunAsync("explain", "Nov 22 03:12:00 gate hverelay[7]: " + line);
        var asJson = await story.RunAsync("explain", json, "--json");

        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        Assert.StartsWith("550 5.7.1 ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\n  cause  this relay itself refused it: external recipient\n  who    Administrator\n  how    AcceptedDomains, if ", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("lets the account rest", ended.Output, StringComparison.Ordinal);
        Assert.StartsWith("Administrator: AcceptedDomains, if ", JsonDocument.Parse(asJson.Output).RootElement.GetProperty("meanings")[0].GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_a_reply_is_explained_by_its_cause()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        await Until.True(() => story.LogFile().Any(each => each.Contains($" deferred id={id} ", StringComparison.Ordinal)));
        var line = story.LogFile().First(each => each.Contains($" deferred id={id} ", StringComparison.Ordinal));

        var ended = await story.RunAsync("explain", line);

        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        Assert.StartsWith("No connection to localhost port ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\n  cause  The next hop cannot be reached\n  who    Network\n  how    is TCP to its port allowed from here?\n", ended.Output, StringComparison.Ordinal);
    }
}
