using System.Text;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

public sealed class DialogueTests : SimulatorStory
{
    private static readonly string Envelope = $"MAIL FROM:<{Account}>\r\nRCPT TO:<{Bob}>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n";

    [Fact]
    public async Task Pipelined_commands_are_answered_in_order()
    {
        await using var client = await LogInAsync();

        await client.SendAsync(Envelope);
        string[] replies = [await client.ReadReplyAsync(), await client.ReadReplyAsync(), await client.ReadReplyAsync(), await client.ReadReplyAsync()];
        await client.SendAsync(Content() + ".\r\n" + Envelope);

        Assert.Equal(["250", "250", "550", "354"], replies.Select(reply => reply[..3]));
        Assert.StartsWith("250 2.0.0 OK sim-000001", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250 2.1.0", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Empty(Simulator.Notes);
    }

    [Fact]
    public async Task Content_sent_before_354_is_noted()
    {
        await using var client = await LogInAsync();

        await client.SendAsync($"MAIL FROM:<{Account}>\r\nRCPT TO:<{Bob}>\r\nDATA\r\n{Content()}.\r\n");
        await Simulator.WaitForMessagesAsync(1, Soon);

        Assert.Equal(["connection 1: more was sent behind DATA before its reply"], Simulator.Notes);
    }

    [Fact]
    public async Task Pipelining_that_was_not_offered_is_noted()
    {
        await RestartAsync(Options with { Keywords = [.. SimulatorOptions.DefaultKeywords.Except(["PIPELINING"])] });
        await using var client = await LogInAsync();

        await client.SendAsync("RSET\r\nNOOP\r\n");
        await client.ReadReplyAsync();

        Assert.Equal(["connection 1: more was sent behind RSET, and PIPELINING was not offered"], Simulator.Notes);
    }

    [Theory]
    [InlineData("NOOP\n", "500 5.5.2 Syntax error: a command ends in CRLF", "bare CR or LF")]
    [InlineData("NO\rOP\r\n", "500 5.5.2 Syntax error: a command ends in CRLF", "bare CR or LF")]
    [InlineData("NOOP ü\r\n", "500 5.5.2 Syntax error: a command is printable ASCII", "no printable ASCII")]
    [InlineData("NOOP\t\r\n", "500 5.5.2 Syntax error: a command is printable ASCII", "no printable ASCII")]
    [InlineData("RSET \r\n", "501 5.5.4 Invalid arguments", "ends in a space")]
    [InlineData("EHLO under_score\r\n", "501 5.5.4 Invalid domain name", null)]
    [InlineData("EHLO [\r\n", "501 5.5.4 Invalid domain name", null)]
    [InlineData("EHLO\r\n", "501 5.5.4 Invalid domain name", null)]
    [InlineData("XYZZY now\r\n", "500 5.3.3 Unrecognized command 'XYZZY'", null)]
    [InlineData("RCPT TO:<bob@contoso.com>\r\n", "503 5.5.2 Need mail command", null)]
    [InlineData("DATA\r\n", "503 5.5.2 Need mail command", null)]
    [InlineData("BDAT 3\r\n", "502 5.3.3 Command not implemented", null)]
    [InlineData("STARTTLS\r\n", "503 5.5.1 Bad sequence of commands", null)]
    [InlineData("VRFY bob\r\n", "252 2.1.5 Cannot VRFY user", null)]
    public async Task A_command_that_is_wrong_hears_so(string octets, string reply, string? note)
    {
        await using var client = await LogInAsync();

        await client.SendAsync(octets);

        Assert.Equal(reply, await client.ReadReplyAsync());
        Assert.Equal(note is null ? 0 : 1, Simulator.Notes.Count(each => each.Contains(note ?? "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(510, "250 2.0.0 OK")]
    [InlineData(511, "500 5.5.2 Syntax error: line too long")]
    [InlineData(200_000, "500 5.5.2 Syntax error: line too long")]
    public async Task A_command_line_has_512_octets_with_its_CRLF(int octets, string reply)
    {
        await using var client = await LogInAsync();

        Assert.Equal(reply, await client.CommandAsync("NOOP " + new string('x', octets - 5)));
        Assert.Equal("250 2.0.0 OK", await client.CommandAsync("NOOP"));
    }

    [Fact]
    public async Task DATA_needs_a_recipient_and_RSET_forgets_the_transaction()
    {
        await using var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}>");

        Assert.Equal("503 5.5.2 Sender already specified", await client.CommandAsync($"MAIL FROM:<{Account}>"));
        Assert.Equal("503 5.5.2 Need rcpt command", await client.CommandAsync("DATA"));
        Assert.Equal("250 2.0.0 Resetting", await client.CommandAsync("RSET"));
        Assert.Equal("503 5.5.2 Need mail command", await client.CommandAsync($"RCPT TO:<{Bob}>"));
    }

    [Fact]
    public async Task A_client_that_leaves_inside_a_command_is_noted()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port);
        await client.SendAsync("QUIT");
        client.CloseOutput();

        await Simulator.WaitUntilAsync(simulator => simulator.Notes.Count > 0, Soon);

        Assert.Equal(["connection 1: the client closed the connection inside a command: CRLF is missing"], Simulator.Notes);
    }

    [Fact]
    public async Task A_client_that_leaves_inside_the_content_has_sent_nothing()
    {
        var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}>");
        await client.CommandAsync($"RCPT TO:<{Bob}>");
        await client.CommandAsync("DATA");
        await client.SendAsync(Content());
        await client.DisposeAsync();

        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 0, Soon);

        Assert.Equal(0, Simulator.Recorded);
    }

    [Fact]
    public async Task HELO_has_no_extensions()
    {
        await RestartAsync(Options with { Security = SimulatorSecurity.None, RequireAuthentication = false });
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);
        await client.ReadReplyAsync();

        Assert.Equal("250 smtp.hve.mx.microsoft Hello", await client.CommandAsync("HELO relay.contoso.com"));
        Assert.Equal("555 5.5.4 Unsupported option", await client.CommandAsync($"MAIL FROM:<{Account}> SIZE=1"));
        Assert.StartsWith("250 2.0.0", await client.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_CHUNKING_a_message_may_come_in_BDAT_without_dots_being_doubled()
    {
        await RestartAsync(Options with { Keywords = [.. SimulatorOptions.DefaultKeywords, "CHUNKING"] });
        await using var client = await LogInAsync();
        var content = Content(body: ".\r\n.a\r\n");
        await client.CommandAsync($"MAIL FROM:<{Account}>");
        await client.CommandAsync($"RCPT TO:<{Bob}>");

        await client.SendAsync($"BDAT 40\r\n{content[..40]}BDAT {content.Length - 40} LAST\r\n{content[40..]}");

        Assert.Equal("250 2.0.0 OK", await client.ReadReplyAsync());
        Assert.StartsWith("250 2.0.0 OK sim-000001", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal(content, Encoding.Latin1.GetString(Simulator.Messages[0].Content.Span));
    }

    [Fact]
    public async Task QUIT_is_answered_and_the_connection_closed()
    {
        await using var client = await LogInAsync();

        Assert.Equal("221 2.0.0 Service closing transmission channel", await client.CommandAsync("QUIT"));
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_a_client_sends_breaks_nothing(int seed)
    {
        string[] pieces =
        [
            "EHLO ", "MAIL FROM:<", "RCPT TO:<", "DATA\r\n", "BDAT 7", " LAST", "AUTH PLAIN ", "AUTH LOGIN\r\n", "RSET\r\n", "\r\n", "\r\n.\r\n",
            "[", "]", "\"", "\\", "<", ">", "@", "a.b", "=", " ", "(", ")", ",", "From: ", Account, "\0", "\r", "\n", ".", "SIZE=9", "IPv6:", "YQ==",
        ];
        var random = new Random(seed);
        await RestartAsync(Options with { Security = SimulatorSecurity.None, RequireAuthentication = false, Keywords = [.. SimulatorOptions.DefaultKeywords, "CHUNKING", "DSN"] });
        for (var i = 0; i < 40; i++)
        {
            await using var client = await RawSmtp.GreetAsync(Simulator.Port);
            await client.SendAsync(string.Concat(Enumerable.Range(0, 300).Select(_ => pieces[random.Next(pieces.Length)])));
            client.CloseOutput();
        }

        await using var last = await RawSmtp.GreetAsync(Simulator.Port);
        Assert.StartsWith("250 2.0.0", await last.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 1, Soon);
        await Simulator.DisposeAsync();    // throws what a session has thrown
    }

    [Fact]
    public async Task With_DSN_its_parameters_are_understood()
    {
        await RestartAsync(Options with { Keywords = [.. SimulatorOptions.DefaultKeywords, "DSN"] });
        await using var client = await LogInAsync();

        Assert.StartsWith("250", await client.CommandAsync($"MAIL FROM:<{Account}> RET=HDRS ENVID=x"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync($"RCPT TO:<{Bob}> NOTIFY=NEVER"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_connections_send_at_the_same_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await using var client = await LogInAsync();
            for (var n = 0; n < 25; n++)
            {
                await client.SendMessageAsync(Account, [Bob], Content(body: $"{i}/{n}\r\n"));
            }
        }));

        var messages = await Simulator.WaitForMessagesAsync(200, Soon);

        Assert.Equal(200, messages.Select(message => message.Id).Distinct().Count());
        Assert.Equal(200, messages.Select(message => message.Sha256).Distinct().Count());
        Assert.Equal(8, messages.Select(message => message.Connection).Distinct().Count());
    }

    [Fact]
    public async Task A_whole_dialogue_stands_in_the_transcript()
    {
        await using var client = await LogInAsync();
        await client.SendMessageAsync(Account, [Bob], Content());
        await client.CommandAsync("QUIT");

        var lines = Assert.Single(Simulator.Transcripts).Lines;

        Assert.Equal(
            [
                "C: AUTH PLAIN ****", "S: 235 2.7.0 Authentication successful",
                $"C: MAIL FROM:<{Account}>", "S: 250 2.1.0 Sender OK",
                $"C: RCPT TO:<{Bob}>", "S: 250 2.1.5 Recipient OK",
                "C: DATA", "S: 354 Start mail input; end with <CRLF>.<CRLF>",
                $"C: ({Content().Length} octets of content and the final dot)", "S: 250 2.0.0 OK sim-000001 [Hostname=smtp.hve.mx.microsoft]",
                "C: QUIT", "S: 221 2.0.0 Service closing transmission channel",
            ],
            lines.SkipWhile(line => !line.StartsWith("C: AUTH", StringComparison.Ordinal)));
    }
}
