using System.Net;
using System.Runtime.Versioning;
using System.Text;
using static HveRelay.Tests.Program.QueueStory;

namespace HveRelay.Tests.Program;

/// <summary>How the queue's verbs are used rightly and wrongly, who may use them, and <c>queue export</c>.</summary>
public sealed class QueueUsageTests
{
    [Theory]
    [InlineData("y", 0, "held")]
    [InlineData("n", 1, "queued")]
    public async Task On_a_terminal_it_asks(string answer, int status, string state)
    {
        var terminal = Tool.Require("script");
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = await QueueTriedAsync(story, "a@contoso.com");

        // script(1) of util-linux makes a terminal; -e hands the status on.
        var ended = await ChildProcess.RunAsync(
            terminal, ["-qec", $"{ProgramStory.Program} queue hold --all --config {story.ConfigurationPath}", "/dev/null"], story.Directory, input: answer + "\n");

        Assert.Contains("hold 1 message? [y/N] ", ended.Output, StringComparison.Ordinal);
        Assert.Equal(status, ended.Status);
        Assert.Equal(state, (await JsonAsync(story, "queue", "show", id, "--json")).GetProperty("recipients")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_is_unknown_is_status_1_and_what_is_no_id_is_status_2_and_then_nothing_is_done()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = await QueueTriedAsync(story, "a@contoso.com");

        var wrong = await story.RunAsync("queue", "remove", id, "nonsense", "../../etc/passwd");
        Assert.Equal(2, wrong.Status);
        Assert.Equal(
            ["nonsense: not a queue id, which has 13 letters and digits", "../../etc/passwd: not a queue id, which has 13 letters and digits"],
            wrong.ErrorLines);
        var partly = await story.RunAsync("queue", "hold", "0000000000000", id);
        Assert.Equal((1, "0000000000000: no such message in the queue or its history"), (partly.Status, Assert.Single(partly.ErrorLines)));
        Assert.Contains($"{id}  1/1      held", partly.Output, StringComparison.Ordinal);
        var again = await story.RunAsync("queue", "hold", id);
        Assert.Equal((1, $"{id}: is held already"), (again.Status, Assert.Single(again.ErrorLines)));
        var other = await story.RunAsync("queue", "remove", id, "--recipient", "nobody@");
        Assert.Equal((1, $"{id}: has no such recipient"), (other.Status, Assert.Single(other.ErrorLines)));
    }

    [Theory]
    [InlineData("queue remove", "queue remove: which messages? Name ids, filters or --all")]
    [InlineData("queue remove --yes", "queue remove: which messages? Name ids, filters or --all")]
    [InlineData("queue hold 0CN33SA9G09X2 --all", "queue hold: either ids, or --all and filters")]
    [InlineData("queue hold 0CN33SA9G09X2 --client erp", "queue hold: either ids, or --all and filters")]
    [InlineData("queue remove --state relayed", "queue remove: what is relayed has ended, and cannot be changed")]
    [InlineData("queue list --older-than 1x", "--older-than: 1x is no length of time, like 90s, 90m, 2h, 3d, 1d12h or [d.]hh:mm:ss")]
    [InlineData("send-test --to a@contoso.com --wait 1x", "--wait: 1x is no length of time, like 90s, 90m, 2h, 3d, 1d12h or [d.]hh:mm:ss")]
    [InlineData("tail --lines -3", "--lines: -3 is less than 0")]
    [InlineData("explain 550 --stage Foo", "--stage: Foo is no stage; there are Greeting, Hello, StartTls, Auth, Mail, Rcpt, Data, FinalDot")]
    [InlineData("queue list --limit 0", "--limit: 0 is less than 1")]
    [InlineData("clients list", "clients list: 'hverelay clients' lists them")]
    [InlineData("queue list --state gone", "--state: gone is no state; there are queued, held, sending, relayed, failed, removed")]
    [InlineData("queue", "hverelay queue: which verb? list, show, hold, release, retry, remove, bounce, export, set-aside; 'hverelay queue --help' says more")]
    public async Task Wrong_usage_is_one_sentence_and_status_2(string arguments, string sentence)
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await story.RunAsync(arguments.Split(' '));

        Assert.Equal((2, sentence), (ended.Status, Assert.Single(ended.ErrorLines)));
    }

    [Fact]
    public async Task Without_a_verb_the_verbs_are_named()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await story.RunAsync();

        Assert.Equal(2, ended.Status);
        Assert.StartsWith("hverelay: which verb? run, demo, ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.EndsWith("'hverelay --help' says more", ended.ErrorLines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue list", true)]
    [InlineData("check", true)]
    [InlineData("sendmail", true)]
    [InlineData("demo", false)]
    [InlineData("simulate", false)]
    [InlineData("user hash", false)]
    public async Task Help_offers_a_configuration_where_it_means_something(string verb, bool isOffered)
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var help = await ChildProcess.RunAsync(ProgramStory.Program, [.. verb.Split(' '), "--help"], story.Directory);

        Assert.Equal((0, isOffered), (help.Status, help.Output.Contains("--config", StringComparison.Ordinal)));
        Assert.DoesNotContain("additional arguments", help.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task An_export_is_the_message_octet_for_octet_and_for_its_reader_only()
    {
        const string Content = "Subject: scan\r\n\r\nGr\u00fc\u00dfe\r\n..\r\n";
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = (await story.SendAsync(["a@contoso.com"], Content))[^13..];
        var file = Path.Combine(story.Directory, "message.eml");

        Assert.Equal(0, (await story.RunAsync("queue", "export", id, "--output", file)).Status);
        var printed = await story.RunAsync("queue", "export", id);
        var again = await story.RunAsync("queue", "export", id, "--output", file);
        Assert.Equal($"--output: {file} is there already, and is not overwritten", Assert.Single(again.ErrorLines));
        Assert.Equal((2, 1, 2), (again.Status, (await story.RunAsync("queue", "export", "0000000000000")).Status, (await story.RunAsync("queue", "export", "x")).Status));
        await story.RunAsync("queue", "remove", id);
        var gone = await story.RunAsync("queue", "export", id);

        Assert.EndsWith("\r\n\r\nGr\u00fc\u00dfe\r\n.\r\n", await File.ReadAllTextAsync(file, Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal((0, string.Empty), (printed.Status, printed.Error));
        Assert.Contains("Subject: scan", printed.Output, StringComparison.Ordinal);
        Assert.Equal((1, $"{id}: has ended, and its content is gone"), (gone.Status, Assert.Single(gone.ErrorLines)));
    }

    [Fact]
    public async Task Nothing_can_be_changed_by_the_web_address()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = await QueueTriedAsync(story, "a@contoso.com");
        using var http = new HttpClient();
        using var order = new StringContent($$"""{"kind":"remove","ids":["{{id}}"],"user":"mallory"}""");

        using var response = await http.PostAsync(
            new Uri($"http://127.0.0.1:{story.WebPort}/api/queue/change"), order, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("queued", (await JsonAsync(story, "queue", "show", id, "--json")).GetProperty("recipients")[0].GetProperty("state").GetString());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_may_not_open_the_socket_changes_nothing_and_is_told()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = await QueueTriedAsync(story, "a@contoso.com");
        var socket = Path.Combine(story.DataDirectory, "control.sock");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        File.SetUnixFileMode(socket, UnixFileMode.None);

        var ended = await story.RunWithoutRightsOfRootAsync("queue", "remove", id);

        Assert.Equal(
            (3, $"no right to open {socket}: only root and the user that the relay runs as may change the queue"),
            (ended.Status, Assert.Single(ended.ErrorLines)));
        Assert.Equal("queued", (await JsonAsync(story, "queue", "show", id, "--json")).GetProperty("recipients")[0].GetProperty("state").GetString());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_may_not_read_the_queue_is_told_so()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var daemon = await story.StartAsync();
        daemon.Terminate();
        await daemon.EndAsync();
        const string Remedy = "run it as the user that owns it, which is the one that the relay runs as";
        var queue = Path.Combine(story.DataDirectory, "queue.db");

        File.SetUnixFileMode(queue, UnixFileMode.None);
        var file = await story.RunWithoutRightsOfRootAsync("queue", "list");
        File.SetUnixFileMode(story.DataDirectory, UnixFileMode.None);
        var directory = await story.RunWithoutRightsOfRootAsync("queue", "list");
        File.SetUnixFileMode(story.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal((3, $"no permission to read {queue}: {Remedy}"), (file.Status, Assert.Single(file.ErrorLines)));
        Assert.Equal((3, $"no permission to enter {story.DataDirectory}: {Remedy}"), (directory.Status, Assert.Single(directory.ErrorLines)));
    }

    [Fact]
    public async Task A_chosen_message_of_which_no_recipient_fits_the_whole_filter_stays_as_it_is()
    {
        await using var story = ProgramStory.BeginWithoutHve(SlowRetries);
        await story.StartAsync();
        var id = (await story.SendAsync(["a@contoso.com", "b@contoso.com"]))[^13..];
        await story.RunAsync("queue", "hold", id, "--recipient", "a@");

        var ended = await story.RunAsync("queue", "remove", "--state", "held", "--recipient", "b@", "--yes");

        Assert.Equal((1, string.Empty, "no message in the queue is meant\n"), (ended.Status, ended.Output, ended.Error));
    }

    [Fact]
    public async Task A_daemon_that_could_make_no_socket_runs_and_the_verb_says_what_to_do()
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration =>
        {
            SlowRetries(configuration);
            configuration["DataDirectory"] = new string('d', 120);
        });
        var daemon = await story.StartAsync();
        Assert.Contains(daemon.Lines, line => line.Contains(" WRN config key=DataDirectory text=\"there is no ", StringComparison.Ordinal));
        var id = await story.QueueAsync("a@contoso.com");

        var ended = await story.RunAsync("queue", "hold", id);

        Assert.Equal(3, ended.Status);
        var line = Assert.Single(ended.ErrorLines);
        Assert.StartsWith("another relay runs in the data directory ", line, StringComparison.Ordinal);
        Assert.EndsWith("/control.sock (it logs why when it starts): stop it first", line, StringComparison.Ordinal);
        daemon.Terminate();
        await daemon.EndAsync();
        Assert.Equal(0, (await story.RunAsync("queue", "hold", id)).Status);
    }
}
