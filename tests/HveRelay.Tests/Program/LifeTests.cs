using System.Net;
using System.Net.Sockets;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>How the daemon starts, is told to stop, and ends.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task SIGTERM_ends_it_with_a_word_to_idle_sessions_and_status_0()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);

        daemon.Terminate();

        Assert.StartsWith("421 4.3.2", await device.ReadReplyAsync(), StringComparison.Ordinal);
        var ended = await daemon.EndAsync();
        Assert.Equal(0, ended.Status);
        Assert.Empty(ended.Error);
        Assert.Contains(" INF stopping reason=SIGTERM", daemon.Lines[^2], StringComparison.Ordinal);
        Assert.Contains(" INF stopped reason=SIGTERM cut=0", daemon.Lines[^1], StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<SocketException>(() => RawSmtp.ConnectAsync(story.SmtpPort));
    }

    [Fact]
    public async Task After_SIGTERM_nobody_new_is_let_in_while_a_transaction_finishes()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com>");
        await device.CommandAsync("RCPT TO:<you@contoso.com>");
        await device.CommandAsync("DATA");

        daemon.Terminate();
        await daemon.SaysAsync(line => line.Contains(" INF stopping ", StringComparison.Ordinal));
        await Until.True(() => !Listens(story.SmtpPort));
        var reply = await device.CommandAsync("Subject: late\r\n\r\nbut in time\r\n.");

        Assert.StartsWith("250", reply, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.EndAsync()).Status);
        Assert.Contains(reply[^13..], (await story.RunAsync("queue", "list", "--all")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_cut_short_within_a_message_is_in_the_log_and_counted_in_its_last_line()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com>");
        await device.CommandAsync("RCPT TO:<you@contoso.com>");
        await device.CommandAsync("DATA");

        daemon.Terminate();
        await daemon.SaysAsync(line => line.Contains(" INF stopping ", StringComparison.Ordinal));
        await Until.True(() => !Listens(story.SmtpPort));
        daemon.Terminate();

        Assert.Equal(0, (await daemon.EndAsync()).Status);
        Assert.Contains(" INF stopped reason=SIGTERM cut=1", daemon.Lines[^1], StringComparison.Ordinal);
        var refused = Assert.Single(daemon.Lines, line => line.Contains(" WRN refused ", StringComparison.Ordinal));
        Assert.Contains(" reason=\"stopped in the message\" reply=\"421 4.3.2 ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_being_sent_at_a_kill_is_unsure_with_all_the_fields_of_any_attempt_and_the_words_of_its_history()
    {
        await using var story = await ProgramStory.BeginAsync(QueueStory.SlowRetries);
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.AfterDot));
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        await Until.True(() => story.Hve.Faults.Stalled == 1);
        await daemon.KillAsync();

        await story.StartAsync();

        var unsure = Assert.Single(story.LogFile(), line => line.Contains(" WRN unsure ", StringComparison.Ordinal));
        Assert.Contains(
            $" id={id} client=scanners ip=127.0.0.1 from=scanner-3@contoso.com account={ProgramStory.Account} to=you@contoso.com part=1/1 attempt=1 "
            + "reply=\"the relay stopped before the reply came\" note=\"may be sent twice\" next=",
            unsure,
            StringComparison.Ordinal);
        Assert.Contains(
            "unsure you@contoso.com: the relay stopped before the reply came", (await story.RunAsync("queue", "show", id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_client_that_never_finishes_holds_it_up_for_no_longer_than_the_grace_time()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        await device.CommandAsync("MAIL FROM:<scanner-3@contoso.com>");
        await device.CommandAsync("RCPT TO:<you@contoso.com>");
        await device.CommandAsync("DATA");

        var begun = TimeProvider.System.GetTimestamp();
        daemon.Terminate();
        var ended = await daemon.EndAsync();

        Assert.Equal(0, ended.Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 25, 55);
    }

    [Fact]
    public async Task A_second_daemon_in_the_same_data_directory_refuses_to_start()
    {
        await using var story = await ProgramStory.BeginAsync();
        var first = await story.StartAsync();

        var second = await story.RunAsync("run");

        Assert.Equal(3, second.Status);
        Assert.Equal(
            $"DataDirectory: another relay runs in the data directory {story.DataDirectory}: {story.DataDirectory}/hverelay.lock is locked",
            Assert.Single(second.ErrorLines));
        Assert.False(first.HasEnded);
        Assert.StartsWith("250", await story.SendAsync(["you@contoso.com"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Listeners[0].Port")]
    [InlineData("Web.Port")]
    public async Task A_port_that_is_in_use_is_named(string key)
    {
        await using var story = await ProgramStory.BeginAsync();
        var port = key == "Web.Port" ? story.WebPort : story.SmtpPort;
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        var ended = await story.RunAsync("run");

        Assert.Equal(3, ended.Status);
        Assert.Equal($"{key}: 127.0.0.1:{port} is in use by another program", Assert.Single(ended.ErrorLines));
    }

    [Fact]
    public async Task An_address_that_this_machine_does_not_have_is_named()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["Listeners"]![0]!["Address"] = "192.0.2.1");

        var ended = await story.RunAsync("run");

        Assert.Equal(3, ended.Status);
        Assert.Equal("Listeners[0].Address: 192.0.2.1 is no address of this machine", Assert.Single(ended.ErrorLines));
    }

    [Fact]
    public async Task Systemd_is_told_when_it_is_ready_and_when_it_stops()
    {
        await using var story = await ProgramStory.BeginAsync();
        var path = Path.Combine(story.Directory, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        var starting = story.StartAsync(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path });

        Assert.Contains("READY=1", await ReadAsync());
        Assert.True(Listens(story.SmtpPort) && Listens(story.WebPort));
        var daemon = await starting;
        daemon.Terminate();
        Assert.Contains("STOPPING=1", await ReadAsync());
        Assert.Equal(0, (await daemon.EndAsync()).Status);

        async Task<string[]> ReadAsync()
        {
            using var net = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
            var datagram = new byte[4096];
            var length = await systemd.ReceiveAsync(datagram, net.Token);
            return System.Text.Encoding.UTF8.GetString(datagram, 0, length).Split('\n');
        }
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
