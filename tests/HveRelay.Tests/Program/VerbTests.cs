using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Policy;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>What the verbs answer, to people, to programs, and by their exit status.</summary>
public sealed class VerbTests
{
    [Fact]
    public async Task The_queue_can_be_looked_at_while_the_daemon_runs_and_when_it_does_not()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");

        await LookAsync();
        daemon.Terminate();
        await daemon.EndAsync();
        await LookAsync();

        async Task LookAsync()
        {
            var list = await story.RunAsync("queue", "list");
            Assert.Equal(0, list.Status);
            Assert.Contains(id, list.Output, StringComparison.Ordinal);
            var entries = await JsonAsync("queue", "list", "--json", "--recipient", "you@");
            Assert.Equal(id, entries.EnumerateArray().Single().GetProperty("id").GetString());
            Assert.Empty((await JsonAsync("queue", "list", "--json", "--recipient", "me@")).EnumerateArray());

            Assert.Contains("you@contoso.com", (await story.RunAsync("queue", "show", id)).Output, StringComparison.Ordinal);
            var record = await JsonAsync("queue", "show", id.ToLowerInvariant(), "--json");
            Assert.Equal("queued", record.GetProperty("recipients")[0].GetProperty("state").GetString());

            var unknown = await story.RunAsync("queue", "show", "0000000000000");
            Assert.Equal(1, unknown.Status);
            Assert.Equal("0000000000000: no such message in the queue or its history", Assert.Single(unknown.ErrorLines));
        }

        async Task<JsonElement> JsonAsync(params string[] arguments)
        {
            var ended = await story.RunAsync(arguments);
            Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
            return JsonDocument.Parse(ended.Output).RootElement;
        }
    }

    [Fact]
    public async Task A_queue_that_never_was_is_said_to_be_missing_and_not_made()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await story.RunAsync("queue", "list");

        Assert.Equal(3, ended.Status);
        Assert.Equal(
            $"there is no queue in {story.DataDirectory}: {story.DataDirectory}/queue.db does not exist", Assert.Single(ended.ErrorLines));
        Assert.False(Directory.Exists(story.DataDirectory));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_may_only_read_the_queue_can_look_at_it()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        daemon.Terminate();
        await daemon.EndAsync();
        var files = Directory.GetFileSystemEntries(story.DataDirectory);

        File.SetUnixFileMode(story.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var list = await story.RunWithoutRightsOfRootAsync("queue", "list");
        File.SetUnixFileMode(story.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);

        Assert.Equal((0, string.Empty), (list.Status, list.Error));
        Assert.Contains(id, list.Output, StringComparison.Ordinal);
        Assert.Equal(files, Directory.GetFileSystemEntries(story.DataDirectory));
    }

    [Fact]
    public async Task Send_test_follows_its_message_to_the_end()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();

        var ended = await story.RunAsync("send-test", "--to", "you@contoso.com");

        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        Assert.StartsWith("accepted: 250 2.0.0 OK queued as ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\nrelayed: 250 ", ended.Output, StringComparison.Ordinal);
        Assert.Equal(["you@contoso.com"], Assert.Single(story.Hve!.Messages).Recipients);
    }

    [Fact]
    public async Task Send_test_with_a_login_takes_a_listener_with_TLS_and_any_that_is_named()
    {
        var securePort = FreePort.Next();
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Listeners"]![0]!["Tls"] = "None";
            configuration["Listeners"]!.AsArray().Add(new JsonObject { ["Name"] = "secure", ["Address"] = "127.0.0.1", ["Port"] = securePort });
            configuration["Users"] = new JsonArray(new JsonObject
            {
                ["Name"] = "erp", ["PasswordHash"] = PasswordHash.Create("geheim", new byte[PasswordHash.SaltLength], rounds: 1000),
            });
            configuration["Clients"]![0]!["Users"] = new JsonArray("erp");
            configuration["Clients"]![0]!["RequireTls"] = true;
        });
        await story.StartAsync();
        var password = Path.Combine(story.Directory, "password");
        await File.WriteAllTextAsync(password, "geheim\n", TestContext.Current.CancellationToken);
        string[] test = ["send-test", "--to", "you@contoso.com", "--user", "erp", "--password-file", password];

        var ended = await story.RunAsync(test);
        var wrong = await story.RunAsync([.. test, "--listener", "devices"]);
        var none = await story.RunAsync([.. test, "--listener", "nowhere"]);

        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        Assert.Contains("\nrelayed: 250 ", ended.Output, StringComparison.Ordinal);
        Assert.Equal(1, wrong.Status);
        Assert.StartsWith("refused on listener devices: ", wrong.Output, StringComparison.Ordinal);
        Assert.EndsWith("; another one with --listener: secure\n", wrong.Output, StringComparison.Ordinal);
        Assert.Equal((2, "--listener: there is no nowhere; there are devices, secure"), (none.Status, Assert.Single(none.ErrorLines)));
    }

    [Fact]
    public async Task Send_test_says_no_when_its_message_is_refused_here_or_there_or_stays_in_the_queue()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found") with { To = "nobody@*" });
        story.Hve.Faults.Add(Fault.Reply(FaultStage.Rcpt, "450 4.2.1 Mailbox busy") with { To = "busy@*" });

        var here = await story.RunAsync("send-test", "--to", "you@example.com");
        var there = await story.RunAsync("send-test", "--to", "nobody@contoso.com");
        var nowhere = await story.RunAsync("send-test", "--to", "busy@contoso.com", "--wait", "1s");

        Assert.Equal((1, 1, 1), (here.Status, there.Status, nowhere.Status));
        Assert.StartsWith("refused: ", here.Output, StringComparison.Ordinal);
        Assert.Contains("550 5.7.1", here.Output, StringComparison.Ordinal);
        Assert.Contains("\nfailed: 550 5.1.10 Recipient not found", there.Output, StringComparison.Ordinal);
        Assert.Contains("\nstill in the queue; see: hverelay why ", nowhere.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_test_and_health_say_that_nobody_is_there()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var test = await story.RunAsync("send-test", "--to", "you@contoso.com");
        var health = await story.RunAsync("health");

        Assert.Equal(3, test.Status);
        Assert.StartsWith($"relay: no relay listens on 127.0.0.1:{story.SmtpPort}: ", Assert.Single(test.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(1, health.Status);
        Assert.StartsWith($"no answer from 127.0.0.1:{story.WebPort}: ", Assert.Single(health.ErrorLines), StringComparison.Ordinal);
    }

    /// <summary>HTTPS_PROXY is for the way to the identity platform, and its brothers are often set with it: a container was unhealthy then.</summary>
    [Fact]
    public async Task A_proxy_of_the_environment_is_not_in_the_way_to_the_relay_of_this_machine()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();
        var proxy = $"https://127.0.0.1:{FreePort.Next()}";
        var environment = new Dictionary<string, string> { ["http_proxy"] = proxy, ["all_proxy"] = proxy };

        foreach (var verb in new[] { "health", "accounts" })
        {
            var ended = await ChildProcess.RunAsync(ProgramStory.Program, [verb, "--config", story.ConfigurationPath], story.Directory, environment);

            Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        }
    }

    [Fact]
    public async Task Health_is_0_when_it_can_take_mail_and_1_when_the_disk_is_too_full()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        var good = await story.RunAsync("health");
        daemon.Terminate();
        await daemon.EndAsync();

        story.Configure(configuration => configuration["Queue"]!["MinimumFreeBytes"] = long.MaxValue);
        await story.StartAsync();
        var bad = await story.RunAsync("health");

        Assert.Equal((0, 1), (good.Status, bad.Status));
        var disk = JsonNode.Parse(bad.Output)!["checks"]!.AsArray().Single(check => !check!["ok"]!.GetValue<bool>());
        Assert.Equal("disk", disk!["name"]!.GetValue<string>());
        Assert.EndsWith($" MiB free, {long.MaxValue / 1024 / 1024} in reserve", disk["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.EndsWith("}\n", good.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", good.Output, StringComparison.Ordinal);
        Assert.StartsWith("452 4.3.1", await story.SendAsync(["you@contoso.com"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_from_user_hash_lets_its_user_in()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var hash = (await story.RunWithInputAsync("pass wörd\n", "user", "hash")).Output.Trim();
        Assert.Matches(@"^\$pbkdf2-sha256\$i=600000\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$", hash);
        story.Configure(configuration =>
        {
            configuration["Users"] = new JsonArray(new JsonObject { ["Name"] = "erp", ["PasswordHash"] = hash });
            configuration["Clients"]![0]!["Users"] = new JsonArray("erp");
        });
        await story.StartAsync();

        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        Assert.StartsWith("530 5.7.0", await device.CommandAsync("MAIL FROM:<erp@contoso.com>"), StringComparison.Ordinal);
        Assert.StartsWith("535 5.7.8", await device.LoginAsync("erp", "password"), StringComparison.Ordinal);
        Assert.StartsWith("235 2.7.0", await device.LoginAsync("erp", "pass wörd"), StringComparison.Ordinal);
        Assert.StartsWith("250", await device.SendMessageAsync("erp@contoso.com", ["you@contoso.com"], "Subject: x\r\n\r\n\r\n"), StringComparison.Ordinal);

        await using var other = await RawSmtp.GreetAsync(story.SmtpPort);
        Assert.Equal("334 VXNlcm5hbWU6", await other.CommandAsync("AUTH LOGIN"));
        Assert.Equal("334 UGFzc3dvcmQ6", await other.CommandAsync(Base64("erp")));
        Assert.StartsWith("235 2.7.0", await other.CommandAsync(Base64("pass wörd")), StringComparison.Ordinal);

        static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public async Task User_hash_wants_a_password()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await story.RunAsync("user", "hash");

        Assert.Equal(2, ended.Status);
        Assert.Equal("user hash: standard input holds no password", Assert.Single(ended.ErrorLines));
    }
}
