using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Tests.Support;
using static HveRelay.Tests.Program.QueueStory;

namespace HveRelay.Tests.Program;

/// <summary><c>accounts</c>, <c>quota</c> and <c>explain</c>: what the relay knows of HVE, told while it runs and when it does not.</summary>
public sealed class AccountsVerbTests
{
    [Fact]
    public async Task An_account_is_paused_and_resumed_whether_the_daemon_runs_or_not()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();

        var paused = await story.RunAsync("accounts", "pause", "HVE1@contoso.com", "--reason", "a test");
        Assert.Equal((0, "hve1@contoso.com: paused\n", string.Empty), (paused.Status, paused.Output, paused.Error));
        Assert.Equal((1, "hve1@contoso.com: is paused already"), await NoAsync("pause", "hve1@contoso.com"));
        Assert.Equal((1, "hve9@contoso.com: no account of Hve.Accounts; there are hve1@contoso.com"), await NoAsync("pause", "hve9@contoso.com"));
        Assert.Equal((2, "hve9: no account or smarthost; there are hve1@contoso.com"), await NoAsync("resume", "hve9"));
        var id = await story.QueueAsync("you@contoso.com");
        Assert.Matches($"{id} +queued +[^ ]+ +paused ", (await story.RunAsync("queue", "list")).Output);
        Assert.Matches("you@contoso.com +queued +1/1 +any account +paused ", (await story.RunAsync("queue", "show", id)).Output);
        Assert.Matches($"{id} +1/1 +queued +paused ", (await story.RunAsync("queue", "retry", id)).Output);
        var account = (await JsonAsync(story, "accounts", "--json"))[0];
        Assert.Equal(("paused", 0), (account.GetProperty("state").GetString(), account.GetProperty("connections").GetInt32()));
        Assert.EndsWith(" paused it: a test", account.GetProperty("cause").GetString(), StringComparison.Ordinal);

        daemon.Terminate();
        await daemon.EndAsync();
        var offline = await story.RunAsync("accounts", "--json");
        Assert.StartsWith("no relay answers", Assert.Single(offline.ErrorLines), StringComparison.Ordinal);
        Assert.Equal("paused", JsonDocument.Parse(offline.Output).RootElement[0].GetProperty("state").GetString());
        Assert.Equal(0, (await story.RunAsync("accounts", "resume", "hve1@contoso.com")).Status);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse((await story.RunAsync("accounts", "--json")).Output).RootElement[0].GetProperty("state").ValueKind);

        await story.StartAsync();
        await Until.True(() => story.LogFile().Any(line => line.Contains($" relayed id={id} ", StringComparison.Ordinal)));
        for (var more = 0; ; more++)
        {
            // The connection ends when it has been idle for a while, which may be before a slow machine has started the verb.
            account = (await JsonAsync(story, "accounts", "--json"))[0];
            Assert.Equal("healthy", account.GetProperty("state").GetString());
            if (account.GetProperty("connections").GetInt32() == 1)
            {
                break;
            }

            Assert.True(more < 5, $"{account}");
            var next = await story.QueueAsync("you@contoso.com");
            await Until.True(() => story.LogFile().Any(line => line.Contains($" relayed id={next} ", StringComparison.Ordinal)));
        }

        async Task<(int, string)> NoAsync(params string[] arguments)
        {
            var ended = await story.RunAsync(["accounts", .. arguments]);
            return (ended.Status, Assert.Single(ended.ErrorLines));
        }
    }

    [Fact]
    public async Task A_faulty_account_says_what_is_wrong_in_every_verb_with_the_same_words()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["Hve"]!["Accounts"]![0]!["Password"] = "wrong");
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        await Until.True(() => story.LogFile().Any(line => line.Contains(" account account=", StringComparison.Ordinal)));

        var account = (await JsonAsync(story, "accounts", "--json"))[0];
        Assert.Equal(("faulty", "credentials"), (account.GetProperty("state").GetString(), account.GetProperty("kind").GetString()));
        var reply = account.GetProperty("reply").GetString()!;
        var explained = (await JsonAsync(story, "explain", reply, "--stage", "AUTH", "--json")).GetProperty("meanings")[0];
        Assert.Equal(account.GetProperty("cause").GetString(), explained.GetProperty("cause").GetString());
        Assert.Equal(account.GetProperty("remedy").GetString(), explained.GetProperty("remedy").GetString());
        var line = story.LogFile().First(each => each.Contains(" account account=", StringComparison.Ordinal));
        Assert.Contains($" state=faulty kind=credentials cause=\"{account.GetProperty("cause").GetString()}\" remedy=", line, StringComparison.Ordinal);
        Assert.Contains(account.GetProperty("cause").GetString()!, (await story.RunAsync("queue", "show", id)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await story.RunAsync("explain", line)).Status);

        daemon.Terminate();
        await daemon.EndAsync();
        var offline = JsonDocument.Parse((await story.RunAsync("accounts", "--json")).Output).RootElement[0];
        Assert.Equal(reply, offline.GetProperty("reply").GetString());
    }

    [Fact]
    public async Task Quota_counts_by_tenant_account_and_client_and_estimates_the_cost()
    {
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Hve"]!["RecipientsPerDay"] = 1000;
            configuration["Hve"]!["UrgentReserve"] = 100;
            configuration["Hve"]!["DistributionLists"] = new JsonArray(JsonNode.Parse("""{ "Address": "all@contoso.com", "Members": 1200 }"""));
        });
        await story.StartAsync();
        await story.SendAsync(["ALL@contoso.com", "b@contoso.com"]);
        await Until.True(() => story.LogFile().Count(line => line.Contains(" relayed id=", StringComparison.Ordinal)) == 2);

        var report = await JsonAsync(story, "quota", "--json");

        Assert.Equal(
            ["tenant  2/1000 100", "account hve1@contoso.com 2/0 0", "client scanners 2/0 0"],
            report.GetProperty("quotas").EnumerateArray().Select(row =>
                $"{row.GetProperty("kind").GetString()} {row.GetProperty("name").GetString()} {row.GetProperty("used")}/{row.GetProperty("limit")} {row.GetProperty("urgentReserve")}"));
        Assert.Equal(0.2, report.GetProperty("quotas")[0].GetProperty("percent").GetDouble());
        Assert.Equal((1201, "0.050442"), (
            report.GetProperty("cost").GetProperty("expanded").GetInt64(),
            report.GetProperty("cost").GetProperty("dollars").GetDecimal().ToString("0.######", CultureInfo.InvariantCulture)));
        var text = await story.RunAsync("quota");
        Assert.Contains("of the tenant's limit 100 are for urgent mail alone", text.Output, StringComparison.Ordinal);
        Assert.Contains("US$0.05 for 1201 expanded recipients", text.Output, StringComparison.Ordinal);
        Assert.Matches(@"client +scanners +2 +- +- +(2\.0|1\.\d|0\.[1-9]) ", text.Output);
    }

    [Fact]
    public async Task Explain_knows_the_table_the_configuration_and_what_is_no_reply()
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Hve"]!["Replies"] = new JsonArray(
            JsonNode.Parse("""{ "EnhancedCode": "5.9.1", "Class": "Retry", "Cause": "A test", "Remedy": "Tester: wait" }""")));

        var known = await story.RunAsync("explain", "550-5.7.62 one\n550 5.7.62 two");
        Assert.Equal(0, known.Status);
        Assert.StartsWith("550 5.7.62 one two\n  cause  MAIL FROM is not the account (sender)\n  who    Administrator\n", known.Output, StringComparison.Ordinal);
        Assert.Contains("  who    Tester\n  how    wait\n", (await story.RunAsync("explain", "550 5.9.1 x")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await story.RunAsync("explain", "599", "5.9.9", "never", "heard")).Status);
        Assert.Equal(0, (await story.RunAsync("explain", "250 2.0.0 OK")).Status);
        Assert.Equal((2, true), await WrongAsync("hello"));
        Assert.Equal((2, true), await WrongAsync("550 5.1.1 x", "--stage", "QUIT"));

        async Task<(int, bool)> WrongAsync(params string[] arguments)
        {
            var ended = await story.RunAsync(["explain", .. arguments]);
            return (ended.Status, ended.ErrorLines.Count > 0 && ended.Output.Length == 0);
        }
    }
}
