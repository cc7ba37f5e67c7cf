using System.Security.Cryptography;
using System.Text;
using HveRelay.Simulator;

namespace HveRelay.Tests.Simulator;

public sealed class ContentTests : SimulatorStory
{
    [Fact]
    public async Task Five_megabytes_full_of_dots_are_recorded_octet_for_octet()
    {
        var random = new Random(20261122);
        var body = new StringBuilder();
        while (body.Length < 5_000_000)
        {
            body.Append(new string('.', random.Next(4))).Append(new string('x', random.Next(90))).Append(random.Next(3) == 0 ? ".\r\n" : "\r\n");
        }

        var content = Content(body: body.ToString());
        await using var client = await LogInAsync();

        var reply = await client.SendMessageAsync(Account, [Bob], content.Replace("\r\n.", "\r\n..", StringComparison.Ordinal));

        Assert.StartsWith("250 2.0.0", reply, StringComparison.Ordinal);
        var message = Assert.Single(Simulator.Messages);
        Assert.Equal(content, Encoding.Latin1.GetString(message.Content.Span));
        Assert.Equal(body.ToString(), Encoding.Latin1.GetString(message.Body.Span));
        Assert.Equal(content[..(content.Length - body.Length - 2)], Encoding.Latin1.GetString(message.Header.Span));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(Encoding.Latin1.GetBytes(content))), message.Sha256);
        Assert.Empty(message.Notes);
    }

    [Fact]
    public void The_dot_reader_reads_the_same_wherever_the_input_is_cut()
    {
        const string wire = "..a\r\n\r\n..\r\n.x\r\nb\r\r\n.\rc\r\nd\n.\ne\r.\r\nf\r\n...\r\n.\r\nQUIT\r\n";
        const string content = ".a\r\n\r\n.\r\nx\r\nb\r\r\n\rc\r\nd\n.\ne\r.\r\nf\r\n..\r\n";
        for (var cut = 0; cut < wire.Length; cut++)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var sink = new ContentSink(hash, keep: true, limit: 0);
            var reader = new DotReader(sink);
            var octets = Encoding.Latin1.GetBytes(wire);

            var ended = reader.Take(octets.AsSpan(0, cut), out var consumed);
            if (!ended)
            {
                Assert.Equal(cut, consumed);
                Assert.True(reader.Take(octets.AsSpan(cut), out var more));
                consumed += more;
            }

            Assert.Equal(content, Encoding.Latin1.GetString(sink.Content.Span));
            Assert.Equal("QUIT\r\n", wire[consumed..]);
            Assert.True(reader.SawLoneDot);
        }
    }

    [Theory]
    [InlineData("a\nb\r\n")]
    [InlineData("a\rb\r\n")]
    [InlineData("a\r\r\n")]
    [InlineData("a\n\r\n")]
    [InlineData("a\n.\r\nb\r\n")]
    [InlineData("a\r\n.\nb\r\n")]
    [InlineData("a\r\n.\rb\r\n")]
    public async Task A_bare_newline_ends_no_message_and_no_message_survives_it(string body)
    {
        await using var client = await LogInAsync();

        Assert.StartsWith("550 5.6.11", await client.SendMessageAsync(Account, [Bob], Content(body: body)), StringComparison.Ordinal);
        Assert.Equal(0, Simulator.Recorded);
        Assert.Equal("250 2.0.0 OK", await client.CommandAsync("NOOP"));
    }

    [Theory]
    [InlineData("Hello.\r\n", "", "")]
    [InlineData("ü\r\n", "", "The content has octets over 127, and BODY=8BITMIME was not said")]
    [InlineData("ü\r\n", " BODY=8BITMIME", "")]
    [InlineData("a\0b\r\n", "", "The content has a NUL octet")]
    [InlineData("Hello.\r\n", " SIZE=10", "The content is longer than SIZE said")]
    [InlineData("Hello.\r\n", " SIZE=500", "")]
    [InlineData(".Hello.\r\n", "", "A line begins with a dot that was not doubled")]
    public async Task What_is_no_reason_to_refuse_is_noted(string body, string parameter, string note)
    {
        await using var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}>{parameter}");
        await client.CommandAsync($"RCPT TO:<{Bob}>");
        await client.CommandAsync("DATA");

        Assert.StartsWith("250 ", await client.CommandAsync(Content(body: body) + "."), StringComparison.Ordinal);

        Assert.Equal(note, string.Join('|', Simulator.Messages[0].Notes));
    }

    [Theory]
    [InlineData(998, "")]
    [InlineData(999, "A line is longer than 998 octets")]
    public async Task A_line_has_998_octets_at_most(int octets, string note)
    {
        await using var client = await LogInAsync();

        await client.SendMessageAsync(Account, [Bob], Content(body: new string('x', octets) + "\r\n"));

        Assert.Equal(note, string.Join('|', Simulator.Messages[0].Notes));
    }

    [Fact]
    public async Task A_header_block_that_a_careful_reader_dislikes_is_noted()
    {
        await using var client = await LogInAsync();

        await client.SendMessageAsync(Account, [Bob], $"From: {Account}\r\nTo: a\r\nTo: b\r\nno field\r\n");

        Assert.Equal(
            [
                "The header block has a line that is no field: no field",
                "The header block has 2 fields To",
                "The header block has no field Date",
                "The header block has no field Message-ID",
                "No empty line ends the header block",
            ],
            Simulator.Messages[0].Notes);
    }

    [Fact]
    public async Task A_message_of_nothing_but_headers_and_an_empty_line_has_no_body()
    {
        await using var client = await LogInAsync();

        await client.SendMessageAsync(Account, [Bob], Content(body: ""));

        Assert.Equal((Content().Length - "Hello.\r\n".Length, 0), (Simulator.Messages[0].Length, Simulator.Messages[0].Body.Length));
        Assert.Empty(Simulator.Messages[0].Notes);
    }

    [Fact]
    public async Task For_benchmarks_only_header_length_and_hash_are_kept_and_only_the_newest_messages()
    {
        await RestartAsync(Options with { KeepContent = false, RecordLimit = 2 });
        await using var client = await LogInAsync();
        foreach (var body in new[] { "one\r\n", "two\r\n", "three\r\n" })
        {
            await client.SendMessageAsync(Account, [Bob], Content(body: body));
        }

        var messages = await Simulator.WaitForMessagesAsync(3, Soon);

        Assert.Equal(["sim-000002", "sim-000003"], messages.Select(message => message.Id));
        Assert.Equal(3, Simulator.Recorded);
        Assert.True(messages[1].Content.IsEmpty && messages[1].Body.IsEmpty);
        Assert.Equal(Content(body: "three\r\n").Length, messages[1].Length);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(Content(body: "three\r\n")))), messages[1].Sha256);
        Assert.StartsWith($"From: {Account}\r\n", Encoding.ASCII.GetString(messages[1].Header.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_tells_all_that_is_known_of_the_transaction()
    {
        await using var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}> SIZE=150 BODY=7BIT");
        Clock.Advance(TimeSpan.FromSeconds(3));
        await client.CommandAsync($"RCPT TO:<{Bob}>");
        await client.CommandAsync("DATA");
        await client.CommandAsync(Content() + ".");

        var message = Simulator.Messages[0];

        Assert.Equal((Account, Account, "relay.contoso.com", 1), (message.Account, message.ReversePath, message.EhloName, message.Connection));
        Assert.Equal((150, "7BIT", true), (message.DeclaredSize, message.BodyParameter, message.Answered));
        Assert.Equal(TimeSpan.FromSeconds(3), message.ReceivedAt - message.BegunAt);
        Assert.Equal([Bob], message.Recipients);
        Assert.Equal([Account], message.HeaderFrom);
    }
}
