using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;
using static HveRelay.Tests.Program.QueueStory;

namespace HveRelay.Tests.Program;

/// <summary><c>queue hold|release|retry|remove|bounce</c>: what they do to the queue and to the log.</summary>
public sealed class QueueChangeTests
{
    [Fact]
    public async Task Each_verb_works_while_the_daemon_runs_and_when_it_does_not_and_says_who_it_was()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        var daemon = await story.StartAsync();
        string[] ids = [await QueueTriedAsync(story, "a@contoso.com"), await QueueTriedAsync(story, "b@contoso.com")];

        await ChangeAsync(ids[0]);
        daemon.Terminate();
        await daemon.EndAsync();
        await ChangeAsync(ids[1]);

        await story.StartAsync();
        foreach (var id in ids)
        {
            var record = await JsonAsync(story, "queue", "show", id, "--json");
            Assert.Equal("removed", record.GetProperty("recipients")[0].GetProperty("state").GetString());
            Assert.Equal(
                ["hold", "release", "retry", "hold", "remove"],
                record.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("kind").GetString()));
        }

        async Task ChangeAsync(string id)
        {
            (string[] Verb, string State)[] steps =
            [
                (["hold", "--reason", "looks odd"], "held"), (["release"], "queued"), (["retry"], "queued"), (["hold"], "held"), (["remove"], "removed"),
            ];
            foreach (var (verb, state) in steps)
            {
                var ended = await story.RunAsync(["queue", .. verb, id.ToLowerInvariant()]);
                Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
                var row = ended.Output.Split('\n')[1];
                Assert.StartsWith($"{id}  1/1      {state} ", row, StringComparison.Ordinal);
                Assert.Contains("No connection to ", row, StringComparison.Ordinal);
            }

            var lines = await LinesAsync(story, id, "held", "released", "retried", "held", "removed");
            var to = id == ids[0] ? "a@contoso.com" : "b@contoso.com";
            Assert.Contains($"held id={id} client=scanners ip=127.0.0.1 from=scanner-3@contoso.com to={to} by={Environment.UserName}", lines[0], StringComparison.Ordinal);
            Assert.EndsWith(" reason=\"looks odd\"", lines[0], StringComparison.Ordinal);
            Assert.All(lines, line => Assert.Contains($" by={Environment.UserName}", line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_retry_goes_at_once_and_so_does_what_is_released()
    {
        await using var story = await ProgramStory.BeginAsync(SlowRetries);
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, "450 4.2.1 Mailbox busy") with { Times = 2 });
        var daemon = await story.StartAsync();
        string[] ids = [await story.QueueAsync("a@contoso.com"), await story.QueueAsync("b@contoso.com")];
        await Until.True(() => daemon.Lines.Count(line => line.Contains(" deferred ", StringComparison.Ordinal)) == 2);

        Assert.Equal(0, (await story.RunAsync("queue", "retry", ids[0])).Status);
        await daemon.SaysAsync(line => line.Contains($" relayed id={ids[0]}", StringComparison.Ordinal));
        Assert.Equal(0, (await story.RunAsync("queue", "hold", ids[1])).Status);
        Assert.Equal(0, (await story.RunAsync("queue", "release", ids[1])).Status);
        await daemon.SaysAsync(line => line.Contains($" relayed id={ids[1]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_being_sent_is_said_to_be_and_ends_by_its_own_result()
    {
        await using var story = await ProgramStory.BeginAsync(SlowRetries);
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.Dot));
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("a@contoso.com");
        await Until.True(() => story.Hve.Faults.Stalled == 1);

        var removed = await story.RunAsync("queue", "remove", id);
        Assert.Equal(1, removed.Status);
        Assert.Equal(
            $"{id}: not changed, since it is being sent just now: a@contoso.com; 'queue hold' keeps it if that fails for now",
            Assert.Single(removed.ErrorLines));
        Assert.Contains($"{id}  sending ", (await story.RunAsync("queue", "list")).Output, StringComparison.Ordinal);
        Assert.Single((await JsonAsync(story, "queue", "list", "--state", "sending", "--json")).EnumerateArray());
        Assert.Equal("changedWhileSending", (await JsonAsync(story, "queue", "hold", id, "--json"))[0].GetProperty("recipients")[0].GetProperty("effect").GetString());
        story.Hve.Faults.Clear();
        story.Hve.Faults.Release();
        await daemon.SaysAsync(line => line.Contains($" relayed id={id}", StringComparison.Ordinal));

        Assert.Equal($"{id}: has ended: relayed", Assert.Single((await story.RunAsync("queue", "remove", id)).ErrorLines));
    }

    [Fact]
    public async Task What_a_killed_daemon_was_sending_can_be_changed_and_its_socket_is_in_nobody_s_way()
    {
        await using var story = await ProgramStory.BeginAsync(SlowRetries);
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.Dot));
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("a@contoso.com");
        await Until.True(() => story.Hve.Faults.Stalled == 1);
        await daemon.KillAsync();
        Assert.True(File.Exists(Path.Combine(story.DataDirectory, "control.sock")));

        Assert.Contains($"{id}  queued ", (await story.RunAsync("queue", "list")).Output, StringComparison.Ordinal);
        Assert.Empty((await JsonAsync(story, "queue", "list", "--state", "sending", "--json")).EnumerateArray());
        Assert.Equal(0, (await story.RunAsync("queue", "remove", id)).Status);

        await story.StartAsync();
        Assert.Equal("removed", (await JsonAsync(story, "queue", "show", id, "--json")).GetProperty("recipients")[0].GetProperty("state").GetString());
        Assert.Equal($"{id}: has ended: removed", Assert.Single((await story.RunAsync("queue", "hold", id)).ErrorLines));
    }

    [Fact]
    public async Task A_bounce_ends_one_recipient_for_a_reason_and_leaves_the_other()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = (await story.SendAsync(["a@contoso.com", "b@contoso.com"]))[^13..];
        await story.RunAsync("queue", "hold", id);

        var answer = (await JsonAsync(story, "queue", "bounce", id, "--recipient", "B@", "--reason", "no such project", "--json"))[0];

        Assert.Equal((id, true, 1), (answer.GetProperty("id").GetString(), answer.GetProperty("found").GetBoolean(), answer.GetProperty("changed").GetInt32()));
        var recipient = Assert.Single(answer.GetProperty("recipients").EnumerateArray());
        Assert.Equal("""{"number":1,"to":"b@contoso.com","state":"failed","effect":"changed"}""", JsonNode.Parse(recipient.GetRawText())!.ToJsonString());
        var line = (await LinesAsync(story, id, "held", "held", "failed"))[^1];
        Assert.Contains(" ERR failed id=", line, StringComparison.Ordinal);
        Assert.Contains(" to=b@contoso.com reply=\"no such project\" cause=\"an operator bounced it\" delay=", line, StringComparison.Ordinal);
        Assert.EndsWith($" by={Environment.UserName}", line, StringComparison.Ordinal);
        var record = await JsonAsync(story, "queue", "show", id, "--json");
        Assert.Equal(["held", "failed"], record.GetProperty("recipients").EnumerateArray().Select(each => each.GetProperty("state").GetString()));
        Assert.Equal("no such project", record.GetProperty("recipients")[1].GetProperty("lastReply").GetString());
    }

    [Fact]
    public async Task Filters_choose_and_where_nobody_can_be_asked_only_yes_makes_it_happen()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        var daemon = await story.StartAsync();
        foreach (var to in new[] { "a@contoso.com", "b@contoso.com", "c@contoso.com" })
        {
            await QueueTriedAsync(story, to);
        }

        foreach (var arguments in new string[][] { ["--all"], ["--client", "scan"] })
        {
            var refused = await story.RunAsync(["queue", "hold", .. arguments]);
            Assert.Equal(
                (2, "queue hold 3 messages: nobody is there to be asked; with --yes it is done unasked", string.Empty),
                (refused.Status, Assert.Single(refused.ErrorLines), refused.Output));
        }

        Assert.Empty(await StatesAsync("--state", "held"));
        Assert.Equal(1, (await story.RunAsync("queue", "hold", "--all", "--older-than", "1h", "--yes")).Status);
        Assert.Equal(1, (await story.RunAsync("queue", "hold", "--sender", "nobody@", "--yes")).Status);
        Assert.Equal(0, (await story.RunAsync("queue", "hold", "--recipient", "a@", "--yes")).Status);
        Assert.Equal(["a@contoso.com held"], await StatesAsync("--state", "held"));
        Assert.Equal(0, (await story.RunAsync("queue", "remove", "--state", "held", "--yes")).Status);
        Assert.Equal(["b@contoso.com queued", "c@contoso.com queued"], await StatesAsync());
        Assert.Equal(0, (await story.RunAsync("queue", "hold", "--sender", "scanner-3", "--older-than", "0s", "--yes")).Status);
        daemon.Terminate();
        await daemon.EndAsync();
        Assert.Equal(0, (await story.RunAsync("queue", "release", "--all", "--yes")).Status);
        Assert.Equal(["b@contoso.com queued", "c@contoso.com queued"], await StatesAsync());

        async Task<string[]> StatesAsync(params string[] filter) =>
        [
            .. (await JsonAsync(story, ["queue", "list", "--json", .. filter])).EnumerateArray()
                .Select(entry => $"{entry.GetProperty("to")[0].GetString()} {entry.GetProperty("state").GetString()}"),
        ];
    }
}
