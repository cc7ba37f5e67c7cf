using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>Mail from files and from scripts, whether a relay runs or not.</summary>
public sealed class PickupTests
{
    private const string Scan = "X-Sender: scan@contoso.com\nX-Receiver: ann@contoso.com\nFrom: Scanner <scan@contoso.com>\nTo: all@contoso.com\nSubject: scan\n\nhello\n";

    [Fact]
    public async Task A_file_in_the_directory_arrives_and_why_says_that_no_entry_of_clients_took_it()
    {
        await using var story = await ProgramStory.BeginAsync(WithPickup);
        await story.StartAsync();
        story.Write("pickup/scan.eml", Scan.Replace("ann@contoso.com\n", "ann@contoso.com\nX-Receiver: x@example.com\n", StringComparison.Ordinal));

        var sent = Assert.Single(await story.Hve!.WaitForMessagesAsync(1, TestContext.Current.CancellationToken));

        var content = Encoding.ASCII.GetString(sent.Content.Span);
        Assert.Contains("Subject: scan\r\n", content, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello\r\n", content, StringComparison.Ordinal);
        Assert.Contains("with PICKUP id", content, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Receiver", content, StringComparison.Ordinal);
        await Until.True(() => Directory.GetFiles(Path.Combine(story.Directory, "pickup")).Length == 0);
        var queued = story.LogFile().Single(line => line.Contains(" queued ", StringComparison.Ordinal));
        var why = (await story.RunAsync("why", queued.Split(" id=")[1][..13])).Output;
        Assert.Contains(" pickup, as Pickup.Client says: networks and users do not count for a file\n", why, StringComparison.Ordinal);
        Assert.Matches(@" refused +x@example\.com: 550 5\.7\.1 .* \(external recipient\)\n", why);
        Assert.True(why.IndexOf(" session ", StringComparison.Ordinal) < why.IndexOf(" queued ", StringComparison.Ordinal), why);
    }

    [Fact]
    public async Task Send_and_sendmail_hand_in_to_the_relay_that_runs()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();
        var file = story.Write("scan.eml", Scan.Replace("ann@contoso.com\n", "ann@contoso.com\nX-Receiver: x@example.com\n", StringComparison.Ordinal));

        var send = await story.RunAsync("send", file);
        Assert.Equal(2, (await story.RunAsync("send", "no-such.eml")).Status);
        var cron = await story.RunWithInputAsync("From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\nout\n.\nput\n", "sendmail", "-FCron", "-i", "-oem", "root");
        var php = await story.RunWithInputAsync("To: ann@contoso.com\nBcc: bob@contoso.com\nSubject: php\n\nx\n.\nnot this\n", "sendmail", "-t", "-fweb@contoso.com");
        var list = await story.RunWithInputAsync("Subject: list\n\nx\n", "sendmail", "-i", "Dora <dora@contoso.com>, emil@contoso.com");
        var refused = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-i", "x@example.com");
        var wrong = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-bp");
        var nameless = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-f", "Cron <root@host>", "ann@contoso.com");
        var lost = await story.RunWithAsync("nope.json", "sendmail", "ann@contoso.com");

        Assert.Equal((1, true), (send.Status, send.Output.StartsWith("queued as ", StringComparison.Ordinal)));
        Assert.StartsWith("x@example.com: ", Assert.Single(send.ErrorLines), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (cron.Status, php.Status, list.Status));
        Assert.Equal((69, 64), (refused.Status, wrong.Status));
        Assert.StartsWith("sendmail: x@example.com: ", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal((64, 78), (nameless.Status, lost.Status));
        Assert.Equal("sendmail: -f: Cron <root@host> is no address", Assert.Single(nameless.ErrorLines));
        Assert.Equal("sendmail: --config: there is no file nope.json", Assert.Single(lost.ErrorLines));
        var sent = await story.Hve!.WaitForMessagesAsync(4, TestContext.Current.CancellationToken);
        await Until.True(() => story.LogFile().Count(line => line.Contains(" relayed ", StringComparison.Ordinal)) == 6);
        var contents = sent.Select(message => Encoding.ASCII.GetString(message.Content.Span)).ToList();
        Assert.Contains(contents, content => content.EndsWith("Subject: Cron\r\n\r\nout\r\n.\r\nput\r\n", StringComparison.Ordinal) || content.Contains("\r\n\r\nout\r\n.\r\nput\r\n", StringComparison.Ordinal));
        Assert.Contains(contents, content => content.EndsWith("\r\n\r\nx\r\n", StringComparison.Ordinal) && !content.Contains("Bcc", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(
            ["ann@contoso.com", "ann@contoso.com", "bob@contoso.com", "dora@contoso.com", "emil@contoso.com", "it@contoso.com"],
            story.LogFile().Where(line => line.Contains(" relayed ", StringComparison.Ordinal)).Select(line => line.Split(" to=")[1].Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    /// <summary>Cron and PHP give mail up for 69, which was said of a relay that was just stopping, or full.</summary>
    [Theory]
    [InlineData("421 4.3.2 relay.contoso.com Service closing, try again later", 75)]
    [InlineData("554 5.7.1 127.0.0.1 is not a client of this relay", 69)]
    public async Task Sendmail_says_whether_a_session_that_was_refused_is_to_be_tried_again(string greeting, int status)
    {
        await using var story = ProgramStory.BeginWithoutHve();
        using var relay = new TcpListener(IPAddress.Loopback, story.SmtpPort);
        relay.Start();
        var greeted = GreetAsync();

        var sent = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-i", "ann@contoso.com");

        Assert.Contains(greeting, Assert.Single(sent.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(status, sent.Status);
        await greeted;

        async Task GreetAsync()
        {
            using var client = await relay.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(greeting + "\r\n"), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>It tried port 25 without a word, and nobody knew why its mail went nowhere.</summary>
    [Fact]
    public async Task Sendmail_says_what_is_wrong_with_a_configuration_that_is_no_JSON()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        story.Write("hverelay.json", "{ \"HostName\": ");

        var sent = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-i", "ann@contoso.com");

        Assert.StartsWith($"sendmail: {story.ConfigurationPath}: is no JSON at line 1, ", sent.ErrorLines[0], StringComparison.Ordinal);
        Assert.EndsWith("; port 25 of this machine is tried", sent.ErrorLines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sendmail_without_a_place_for_the_message_ends_in_a_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Nobody may write into /sys there, not even root.");
        await using var story = ProgramStory.BeginWithoutHve();

        var sent = await ChildProcess.RunAsync(
            ProgramStory.Program, ["sendmail", "a@contoso.com"], story.Directory, new Dictionary<string, string> { ["TMPDIR"] = "/sys" });

        Assert.Equal(70, sent.Status);
        Assert.StartsWith("sendmail: ", Assert.Single(sent.ErrorLines), StringComparison.Ordinal);
    }

    /// <summary>It lies among the files of all users while it is handed in.</summary>
    [Fact]
    public async Task Nobody_else_may_read_what_sendmail_is_given()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The directory's own rights hold there.");
        await using var story = ProgramStory.BeginWithoutHve();
        var temporary = Directory.CreateDirectory(Path.Combine(story.Directory, "tmp")).FullName;
        var start = new ProcessStartInfo(ProgramStory.Program, ["sendmail", "-i", "ann@contoso.com", "--config", story.ConfigurationPath])
        {
            RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["TMPDIR"] = temporary;
        using var sendmail = Process.Start(start)!;
        await sendmail.StandardInput.WriteAsync("Subject: secret\n");
        await sendmail.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await Until.True(() => Files().Length == 1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Files()[0]).UnixFileMode);

        sendmail.StandardInput.Close();
        await sendmail.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(Files());

        // The runtime has pipes of its own there.
        string[] Files() => Directory.GetFiles(temporary, "????????.???");
    }

    [Fact]
    public async Task An_address_that_would_begin_another_command_or_field_broke_sendmail()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        var file = story.Write("scan.eml", Scan);

        var sender = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-i", "-f", "a@contoso.com\r\nRCPT TO:<b@contoso.com>", "ann@contoso.com");
        var recipient = await story.RunAsync("send", file, "--to", "ann@contoso.com\r\nDATA");
        var test = await story.RunAsync("send-test", "--to", "ann@contoso.com\nDATA");
        story.Configure(WithPickup);
        await daemon.KillAsync();
        var waits = await story.RunAsync("send", file, "--to", "ann@contoso.com>\r\nX-Receiver: <b@contoso.com");

        Assert.Equal((69, 1, 2, 1), (sender.Status, recipient.Status, test.Status, waits.Status));
        Assert.All([sender, recipient, test, waits], end => Assert.EndsWith("an address with a control character", Assert.Single(end.ErrorLines), StringComparison.Ordinal));
        Assert.Empty(story.Hve!.Messages);
        Assert.False(Directory.Exists(Path.Combine(story.Directory, "pickup")) && Directory.GetFiles(Path.Combine(story.Directory, "pickup")).Length > 0);
    }

    [Fact]
    public async Task Where_no_relay_runs_the_message_waits_in_the_directory_for_one()
    {
        await using var story = await ProgramStory.BeginAsync(WithPickup);
        var file = story.Write("scan.eml", Scan);
        var send = await story.RunAsync("send", file, "--to", "bob@contoso.com");
        var cron = await story.RunWithInputAsync("Subject: cron\n\nx\n", "sendmail", "-i", "-f", "", "carl@contoso.com");
        story.Configure(null);
        var nowhere = await story.RunWithInputAsync("Subject: cron\n\nx\n", "sendmail", "-i", "carl@contoso.com");
        story.Configure(WithPickup);
        Assert.Equal((0, 0, 75), (send.Status, cron.Status, nowhere.Status));
        Assert.StartsWith("no relay runs; it waits in ", send.Output, StringComparison.Ordinal);

        await story.StartAsync();

        await story.Hve!.WaitForMessagesAsync(2, TestContext.Current.CancellationToken);
        await Until.True(() => story.LogFile().Count(line => line.Contains(" relayed ", StringComparison.Ordinal)) == 2);
        Assert.Contains(story.LogFile(), line => line.Contains(" relayed ", StringComparison.Ordinal) && line.Contains(" from=scan@contoso.com ", StringComparison.Ordinal) && line.Contains(" to=bob@contoso.com ", StringComparison.Ordinal));
        Assert.Contains(story.LogFile(), line => line.Contains(" relayed ", StringComparison.Ordinal) && line.Contains(" to=carl@contoso.com ", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Whenever_the_relay_is_killed_every_file_is_queued_once()
    {
        const int Files = 400;
        const int Kills = 8;
        await using var story = ProgramStory.BeginWithoutHve(WithPickup);
        for (var i = 0; i < Files; i++)
        {
            story.Write($"pickup/{i}.eml", Scan.Replace("Subject: scan", $"Subject: {i}", StringComparison.Ordinal));
        }

        for (var kill = 0; kill < Kills; kill++)
        {
            var daemon = await story.StartAsync();
            var before = Left();
            await Until.True(() => Left() < before || before == 0);
            await daemon.KillAsync();
        }

        await story.StartAsync();
        await Until.True(() => Left() == 0, () => $"{Left()} left", 120);

        // What two kills have met in its attempt waits for a person.
        await story.RunAsync("queue", "release", "--all", "--state", "held", "--yes");
        var queue = JsonNode.Parse((await story.RunAsync("queue", "list", "--limit", "10000", "--json")).Output)!.AsArray();
        Assert.Equal(Files, queue.Count);
        await story.StartHveAsync();
        await Until.True(() => story.Hve!.Recorded >= Files, () => $"{story.Hve!.Recorded} sent", 600); // it asks less and less often, every five minutes in the end
        var subjects = story.Hve!.Messages.Select(message => Encoding.ASCII.GetString(message.Content.Span).Split("Subject: ")[1].Split('\r')[0]);
        Assert.Equal(Enumerable.Range(0, Files).Select(i => $"{i}").Order(StringComparer.Ordinal), subjects.Order(StringComparer.Ordinal));

        int Left() => Directory.GetFiles(Path.Combine(story.Directory, "pickup")).Length;
    }

    private static void WithPickup(JsonNode configuration) => configuration["Pickup"] = new JsonObject { ["Directory"] = "pickup" };
}
