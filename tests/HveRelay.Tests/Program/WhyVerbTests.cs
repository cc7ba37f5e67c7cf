using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary><c>why</c> and <c>tail</c>: what somebody on the telephone asks, while the daemon runs and when it does not.</summary>
public sealed class WhyVerbTests
{
    private static readonly string[] OfTheSession = ["session", "policy", "refused", "queued"];

    [Fact]
    public async Task A_message_is_told_from_its_session_to_its_end_by_id_and_by_its_own_name()
    {
        await using var story = await ProgramStory.BeginAsync();
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 No such recipient") with { To = "nobody@*" });
        var daemon = await story.StartAsync();
        string reply;
        await using (var device = await RawSmtp.GreetAsync(story.SmtpPort))
        {
            await device.CommandAsync("MAIL FROM: <scanner-3@contoso.com>");
            await device.CommandAsync("RCPT TO:<you@example.com>");
            await device.CommandAsync("RCPT TO:<you@contoso.com>");
            await device.CommandAsync("RCPT TO:<nobody@contoso.com>");
            await device.CommandAsync("DATA");
            reply = await device.CommandAsync("From: Scanner <scanner-3@contoso.com>\r\nMessage-ID: <42@printer>\r\nSubject: scan\r\n\r\nhello\r\n.");
        }

        var id = reply[^13..];
        await daemon.SaysAsync(line => line.Contains($" INF notified ", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));

        var told = await story.RunAsync("why", id);
        Assert.Equal((0, string.Empty), (told.Status, told.Error));
        Assert.StartsWith($"{id}: 1 relayed, 1 failed\n", told.Output, StringComparison.Ordinal);
        Assert.All(
            new[]
            {
                "[127.0.0.1] at listener devices, ESMTP, no TLS, no login", "quirks     space after the colon", "its 127.0.0.0/8 covers 127.0.0.1",
                "you@example.com: 550 5.7.1 ", "2 recipients in 1 part", "1 of part 1/1 by hve1@contoso.com",
                "rewriting  from, ", "you@contoso.com: 250 2.0.0 OK", "nobody@contoso.com: 550 5.1.10 No such recipient",
                "who        Sender", "scanner-3@contoso.com: nobody@contoso.com failed, by notice ",
            },
            words => Assert.Contains(words, told.Output, StringComparison.Ordinal));
        var order = OfTheSession.Append("attempt").Append("told").Append("ended").Select(word => told.Output.IndexOf($" {word} ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(order.Order(), order);

        daemon.Terminate();
        await daemon.EndAsync();
        Assert.Equal(told.Output, (await story.RunAsync("why", "<42@printer>")).Output);
        var json = await QueueStory.JsonAsync(story, "why", "42@printer", "--json");
        Assert.Equal(id, json.GetProperty("id").GetString());
        var failed = json.GetProperty("attempts")[0].GetProperty("results").EnumerateArray().Single(result => result.GetProperty("outcome").GetString() == "failed");
        Assert.Equal(("rcpt", "permanent", "Sender"), (failed.GetProperty("stage").GetString(), failed.GetProperty("class").GetString(), failed.GetProperty("who").GetString()));
        var notice = json.GetProperty("notices")[0].GetProperty("notice").GetString()!;
        Assert.Contains("a notice that the relay wrote", (await story.RunAsync("why", notice)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_shows_its_messages_and_refusals_and_who_never_came_is_status_1()
    {
        await using var story = ProgramStory.BeginWithoutHve(QueueStory.SlowRetries);
        var daemon = await story.StartAsync();
        var nameless = await QueueStory.QueueTriedAsync(story, "you@contoso.com");
        await story.SendAsync(["you@example.com"]);
        daemon.Terminate();
        await daemon.EndAsync();

        foreach (var of in new[] { "scanners", "127.0.0.1", "::ffff:127.0.0.1", "SCANNER-3@contoso.com" })
        {
            var lines = (await QueueStory.JsonAsync(story, "why", of, "--json")).GetProperty("timeline").EnumerateArray().ToList();
            Assert.Equal(["refused", "queued"], lines.Select(line => line.GetProperty("state").GetString()));
            Assert.Equal(nameless, lines[1].GetProperty("id").GetString());
        }

        var refused = await story.RunAsync("why", "you@example.com");
        Assert.Contains("refused, external recipient: Administrator: AcceptedDomains", refused.Output, StringComparison.Ordinal);
        var one = await story.RunAsync("why", "scanners", "--last", "1");
        Assert.Equal((0, "the latest 1; more with --last"), (one.Status, Assert.Single(one.ErrorLines)));
        Assert.DoesNotContain(nameless, one.Output, StringComparison.Ordinal);

        // Who gave no name: HVE knows it by ours. Nobody listens at HVE, and no relay runs.
        var waits = await story.RunAsync("why", $"<{nameless}@relay.contoso.com>");
        Assert.Contains("cause      The next hop cannot be reached", waits.Output, StringComparison.Ordinal);
        Assert.Contains("no relay answers here: it goes when one runs", waits.Output, StringComparison.Ordinal);

        story.Configure(configuration =>
        {
            configuration["Users"] = JsonNode.Parse("""[ { "Name": "erp", "PasswordHash": "$pbkdf2-sha256$i=600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } ]""");
            configuration["Clients"]!.AsArray().Add(JsonNode.Parse("""{ "Name": "erp", "Networks": [ "10.8.0.0/16" ], "Users": [ "erp" ] }"""));
        });
        foreach (var (of, sentence) in new[]
        {
            ("10.8.0.1", "10.8.0.1: never connected; entry erp of Clients would take it once it has logged in. "),
            ("10.9.9.9", "10.9.9.9: never connected; no entry of Clients covers it either"),
            ("127.0.0.9", "127.0.0.9: never connected; entry scanners of Clients would take it. "),
            ("nobody@contoso.com", "nobody@contoso.com: no message in the last 30 days has this Message-ID, sender or recipient, and no refusal but of the last two seconds this sender or recipient; of what is refused no Message-ID is kept. "),
            ("0CN33SA9G09X2", "0CN33SA9G09X2: no such message in the queue or its history in the last 30 days"),
        })
        {
            var nothing = await story.RunAsync("why", of);
            Assert.Equal((1, string.Empty), (nothing.Status, nothing.Output));
            Assert.StartsWith(sentence, Assert.Single(nothing.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tail_shows_the_last_lines_and_those_that_come_until_it_is_told_to_end()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        var before = await story.QueueAsync("one@contoso.com");
        await daemon.SaysAsync(line => line.Contains(" relayed ", StringComparison.Ordinal));
        await Until.True(() => story.LogFile("jsonl").Any(line => line.Contains("\"relayed\"", StringComparison.Ordinal)));

        var last = await story.RunAsync("tail", before, "--no-follow", "--json", "--recipient", "ONE@");
        var line = Assert.Single(last.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("relayed", JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());

        await using var tail = ChildProcess.Start(
            ProgramStory.Program, ["tail", "--recipient", "contoso.com", "--config", story.ConfigurationPath], story.Directory);
        await tail.SaysAsync(said => said.Contains($"relayed id={before} ", StringComparison.Ordinal));
        var after = await story.QueueAsync("two@contoso.com");
        await tail.SaysAsync(said => said.Contains($"relayed id={after} ", StringComparison.Ordinal));
        tail.Terminate();
        Assert.Equal(0, (await tail.EndAsync()).Status);

        Assert.Equal(2, (await story.RunAsync("tail", "x")).Status);
    }

    [Fact]
    public async Task Tail_ends_when_nobody_reads_it_any_more()
    {
        var shell = Tool.Require("sh");
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();

        // No line comes after the first: a write that fails could not end it. It would follow for ever.
        var ended = await ChildProcess.RunAsync(
            shell, ["-c", $"{ProgramStory.Program} tail --config {story.ConfigurationPath} | head -1"], story.Directory);

        Assert.Equal(0, ended.Status);
        Assert.Single(ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
