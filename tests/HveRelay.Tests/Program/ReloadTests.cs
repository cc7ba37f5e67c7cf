using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>The configuration changes while the relay works: what is good counts, what is not is refused, and nobody is thrown out.</summary>
[Trait("Category", "Long")]
public sealed class ReloadTests
{
    [Fact]
    public async Task A_change_counts_for_the_next_envelope_of_a_session_that_goes_on()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        Assert.StartsWith("250", await device.CommandAsync("MAIL FROM:<scan@contoso.com>"), StringComparison.Ordinal);

        story.Configure(configuration =>
        {
            configuration["Clients"]![0]!["Senders"] = new JsonArray("erp@contoso.com");
            configuration["Hve"]!["AcceptedDomains"]!.AsArray().Add("fabrikam.com");
        });
        daemon.HangUp();
        Assert.EndsWith(
            " INF config key=\"Clients[0].Senders Hve.AcceptedDomains\" text=\"changed and in force; sessions and mail under way go on\"",
            await daemon.SaysAsync(line => line.Contains(" config ", StringComparison.Ordinal)),
            StringComparison.Ordinal);

        Assert.StartsWith("250", await device.CommandAsync("RCPT TO:<ann@fabrikam.com>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await device.CommandAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("250", await device.CommandAsync("Subject: under way\r\n\r\n."), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1 Client scanners may not send as scan@contoso.com", await device.CommandAsync("MAIL FROM:<scan@contoso.com>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await device.CommandAsync("MAIL FROM:<erp@contoso.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_refused_and_the_one_before_goes_on()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync(new Dictionary<string, string> { ["HVERELAY_Postmaster"] = "boss@contoso.com" });

        story.Configure(configuration =>
        {
            configuration["Clients"]![0]!["Account"] = "hve9@contoso.com";
            configuration["Queue"]!["Lifetime"] = "soon";
        });
        daemon.HangUp();
        await daemon.SaysAsync(line => line.Contains(" alarm what=configuration ", StringComparison.Ordinal));
        var refused = daemon.Lines;
        var reply = await story.SendAsync(["ann@contoso.com"]);
        await RefusedAsync(() => File.WriteAllText(story.ConfigurationPath, "{ \"Clients\": ["));
        await RefusedAsync(() => File.Delete(story.ConfigurationPath));
        story.Configure(configuration => configuration["Queue"]!["Lifetime"] = "03:00:00");
        daemon.HangUp();
        await daemon.SaysAsync(line => line.Contains(" INF config key=Queue.Lifetime ", StringComparison.Ordinal));
        daemon.HangUp();
        await daemon.SaysAsync(line => line.Contains("was read again, and nothing has changed", StringComparison.Ordinal));
        var good = await File.ReadAllTextAsync(story.ConfigurationPath);
        await RefusedAsync(() => File.WriteAllText(story.ConfigurationPath, "{"));
        await File.WriteAllTextAsync(story.ConfigurationPath, good);
        daemon.HangUp();
        await daemon.SaysAsync(line => line.Contains("is good again, and nothing has changed", StringComparison.Ordinal));

        Assert.Contains(refused, line => line.Contains(" ERR config key=Clients[0].Account text=\"'hve9@contoso.com' is not among Hve.Accounts\"", StringComparison.Ordinal));
        Assert.Contains(refused, line => line.Contains(" ERR config key=Queue.Lifetime ", StringComparison.Ordinal));
        Assert.Contains(refused, line => line.EndsWith(
            $" ERR alarm what=configuration cause=\"{story.ConfigurationPath} was changed and is refused for 2 errors; the configuration before it goes on\" "
            + "remedy=\"Administrator: hverelay check says what is wrong\"", StringComparison.Ordinal));
        Assert.StartsWith("250 ", reply, StringComparison.Ordinal);

        // Once or twice: between the change and the signal the relay may have looked by itself.
        async Task RefusedAsync(Action change)
        {
            var before = Alarms();
            change();
            daemon.HangUp();
            await Until.True(() => Alarms() > before);
        }

        int Alarms() => daemon.Lines.Count(line => line.Contains(" alarm what=configuration ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_needs_a_restart_is_named_and_the_rest_counts()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        var other = FreePort.Next();

        story.Configure(configuration =>
        {
            configuration["Listeners"]![0]!["Port"] = other;
            configuration["Listeners"]![0]!["MaxConnectionsPerClient"] = 1;
            configuration["Serilog"] = JsonNode.Parse("""{ "MinimumLevel": { "Default": "Warning" } }""");
        });
        daemon.HangUp();
        await daemon.SaysAsync(line => line.EndsWith(" WRN config key=\"Listeners[0].Port Serilog\" text=\"changed, but counts from the next start on\"", StringComparison.Ordinal));
        Assert.Contains(daemon.Lines, line => line.Contains(" INF config key=Listeners[0].MaxConnectionsPerClient text=\"changed and in force", StringComparison.Ordinal));

        await using var first = await RawSmtp.GreetAsync(story.SmtpPort);
        await using var second = await RawSmtp.ConnectAsync(story.SmtpPort);
        Assert.StartsWith("421 4.7.0 ", await second.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_password_in_the_file_of_a_secret_sends_what_waits_at_once()
    {
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            var account = configuration["Hve"]!["Accounts"]![0]!.AsObject();
            account.Remove("Password");
            account["PasswordFile"] = "hve1.secret";
        });
        story.Write("hve1.secret", "wrong\n");
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("ann@contoso.com");
        await daemon.SaysAsync(line => line.Contains(" account account=hve1@contoso.com state=faulty ", StringComparison.Ordinal));

        story.Write("hve1.secret", "secret\n");

        await daemon.SaysAsync(line => line.Contains(" config key=Hve.Accounts[0].Password ", StringComparison.Ordinal));
        await daemon.SaysAsync(line => line.Contains($" relayed id={id} ", StringComparison.Ordinal));
        Assert.DoesNotContain(daemon.Lines, line => line.Contains("secret\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Accounts_come_and_go_and_the_mail_of_one_that_is_gone_goes_by_another()
    {
        await using var story = ProgramStory.BeginWithoutHve(TwoAccounts);
        await story.StartHveAsync(options => options with { Accounts = [.. options.Accounts, new SimulatedAccount("hve2@contoso.com", "other"), new SimulatedAccount("hve3@contoso.com", "third")] });
        var daemon = await story.StartAsync();
        Assert.Equal(0, (await story.RunAsync("accounts", "pause", "hve2@contoso.com")).Status);
        var waits = await story.QueueAsync("ann@contoso.com");

        story.Configure(configuration => configuration["Hve"]!["Accounts"]![0] = JsonNode.Parse("""{ "Address": "hve3@contoso.com", "Password": "third" }"""));
        daemon.HangUp();

        Assert.Contains(" account=hve3@contoso.com ", await daemon.SaysAsync(line => line.Contains($" relayed id={waits} ", StringComparison.Ordinal)), StringComparison.Ordinal);
        var accounts = await story.RunAsync("accounts");
        Assert.Contains("hve3@contoso.com", accounts.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hve2@contoso.com", accounts.Output, StringComparison.Ordinal);

        static void TwoAccounts(JsonNode configuration)
        {
            configuration["Hve"]!["Accounts"]!.AsArray().Add(JsonNode.Parse("""{ "Address": "hve2@contoso.com", "Password": "other" }"""));
            configuration["Clients"]![0]!["Account"] = "hve2@contoso.com";
        }
    }

    [Fact]
    public async Task A_hundred_changes_while_fifty_devices_send_lose_nothing_and_drop_no_session()
    {
        const int Changes = 100, Enough = 500;
        var sent = 0;
        await using var story = ProgramStory.BeginWithoutHve();
        await story.StartHveAsync(options => options with
        {
            KeepContent = false,
            RecordLimit = 0,
            Accounts = [.. options.Accounts, new SimulatedAccount("hve2@contoso.com", "other")],
        });
        var daemon = await story.StartAsync();
        using var enough = new CancellationTokenSource();
        var devices = Enumerable.Range(0, 50).Select(number => SendAsync(story, number, () => Interlocked.Increment(ref sent), enough.Token)).ToList();

        for (var change = 1; change <= Changes; change++)
        {
            story.Configure(configuration =>
            {
                configuration["Clients"]![0]!["MaxRecipients"] = 100 + change;
                configuration["Hve"]!["Replies"] = JsonNode.Parse($$"""[ { "Code": 450, "Text": "made up {{change}}", "Cause": "x" } ]""");
                configuration["Hve"]!["MaxConnections"] = 2 + (change % 3);
                if (change % 2 == 0)
                {
                    configuration["Hve"]!["Accounts"]!.AsArray().Add(JsonNode.Parse("""{ "Address": "hve2@contoso.com", "Password": "other" }"""));
                    configuration["Users"] = JsonNode.Parse("""[ { "Name": "erp", "PasswordHash": "$pbkdf2-sha256$i=600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } ]""");
                }
            });
            daemon.HangUp();
            await Until.True(
                () => daemon.Lines.Count(line => line.Contains(" text=\"changed and in force", StringComparison.Ordinal)) == change, () => $"change {change}: {daemon.Lines[^1]}", 60);
        }

        await Until.True(() => sent > Enough || devices.Exists(device => device.IsCompleted), () => $"{sent} sent", 120);
        await enough.CancelAsync();
        var accepted = (await Task.WhenAll(devices)).SelectMany(ids => ids).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{Changes} changes, {accepted.Count} messages");
        Assert.True(accepted.Count > Enough, $"only {accepted.Count}");
        await Until.True(() => Relayed(story).Count >= accepted.Count, () => $"{Relayed(story).Count} of {accepted.Count} relayed", 120);
        Assert.Equal(accepted.Order(StringComparer.Ordinal), Relayed(story).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(story.LogFile(), line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" unsure ", StringComparison.Ordinal) || line.Contains(" refused ", StringComparison.Ordinal));
    }

    private static List<string> Relayed(ProgramStory story) =>
    [
        .. from line in story.LogFile()
           let at = line.IndexOf(" relayed id=", StringComparison.Ordinal)
           where at >= 0
           select line.Substring(at + 12, 13),
    ];

    /// <summary>One session from beginning to end; a reply that is not 2yz or 354 fails the test.</summary>
    private static async Task<List<string>> SendAsync(ProgramStory story, int number, Action sent, CancellationToken enough)
    {
        var ids = new List<string>();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        while (!enough.IsCancellationRequested)
        {
            var reply = await device.SendMessageAsync($"scan-{number}@contoso.com", [$"ann{number}@contoso.com"], $"Subject: {ids.Count}\r\n\r\nhello\r\n");
            Assert.StartsWith("250 2.0.0 OK queued as ", reply, StringComparison.Ordinal);
            ids.Add(reply.TrimEnd()[^13..]);
            sent();
        }

        Assert.StartsWith("221", await device.CommandAsync("QUIT"), StringComparison.Ordinal);
        return ids;
    }
}
