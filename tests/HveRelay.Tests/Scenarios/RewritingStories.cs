using System.Text;
using HveRelay.Configuration;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>What an entry of Clients wants of its mail, from the device to HVE.</summary>
public sealed class RewritingStories
{
    private const string Head = "From: scanner-3@contoso.com\r\nSubject: scan\r\n\r\n";

    [Theory]
    [InlineData(998, "250 2.0.0")]
    [InlineData(999, "554 5.6.0")]
    public async Task A_client_whose_long_lines_are_refused_hears_it_at_the_dot(int length, string reply)
    {
        await using var story = await RelayStory.BeginAsync(options => options.Clients![0].LongLines = LongLines.Refuse);

        Assert.StartsWith(reply, await story.SendAsync(["you@contoso.com"], Head + new string('x', length) + "\r\n"), StringComparison.Ordinal);

        await story.LogsAsync(length > 998 ? "refused" : "relayed");
        Assert.Equal(length > 998 ? ["long line"] : [], story.Lines("refused").Select(line => line["reason"]));
    }

    [Fact]
    public async Task Long_lines_are_encoded_and_the_size_that_HVE_hears_is_the_one_that_comes()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Clients![0].LongLines = LongLines.Reencode);

        await story.SendAsync(["you@contoso.com"], Head + new string('=', 1000) + "\r\nshort\r\n");

        var message = await RelayedAsync(story);
        Assert.Equal(message.DeclaredSize, message.Length);
        Assert.Contains("Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n", Text(message.Header), StringComparison.Ordinal);
        Assert.Equal(new string('=', 1000) + "\r\nshort\r\n", Text(message.Body).Replace("=\r\n", "").Replace("=3D", "="));
    }

    [Fact]
    public async Task Without_a_wish_long_lines_pass()
    {
        await using var story = await RelayStory.BeginAsync();

        await story.SendAsync(["you@contoso.com"], Head + new string('=', 1000) + "\r\n");

        Assert.Equal(new string('=', 1000) + "\r\n", Text((await RelayedAsync(story)).Body));
    }

    [Fact]
    public async Task A_host_that_is_not_HVE_gets_the_senders_as_they_are_where_they_are_kept()
    {
        await using var story = await RelayStory.BeginAsync(
            options => options.Rewrite.From = RewriteFrom.Keep, new SimulatorOptions { HostName = "mail.contoso.com", IsSmarthost = true });
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "550 5.1.8 No such sender") with { Times = 1 });

        await story.SendAsync(["you@contoso.com"], Head, "ups@odd.domain");
        await story.LogsAsync("failed");
        await story.SendAsync(["you@contoso.com"], Head, string.Empty);
        await story.LogsAsync("relayed", 1);
        await story.SendAsync(["you@contoso.com"], Head, "scanner-3@contoso.com");
        await story.LogsAsync("relayed", 2);

        // One sender that it does not take is no fault of the account.
        Assert.Equal("The smarthost does not take this sender", story.Lines("failed").Single()["cause"]);
        Assert.Empty(story.Lines("account"));
        var mail = story.Simulator.Messages.Where(message => message.ReversePath.Length > 0).ToList();
        Assert.Equal(["scanner-3@contoso.com"], mail.Select(message => message.ReversePath));
        Assert.All(story.Simulator.Messages.SelectMany(message => message.HeaderFrom), from => Assert.Equal("scanner-3@contoso.com", from));
    }

    [Theory]
    [InlineData("", "windows-1252")]
    [InlineData("iso-8859-2", "iso-8859-2")]
    public async Task Text_that_does_not_say_what_it_is_is_called_so_and_declared_as_8_bit(string wish, string charset)
    {
        await using var story = await RelayStory.BeginAsync(options => options.Clients![0].Charset = wish);

        await story.SendAsync(["you@contoso.com"], Head + "Gr\u00FC\u00DFe\r\nkommen an\r\n");

        var message = await RelayedAsync(story);
        Assert.Contains($"Content-Type: text/plain; charset=\"{charset}\"\r\nContent-Transfer-Encoding: 8bit\r\n", Text(message.Header), StringComparison.Ordinal);
        Assert.Equal(("8BITMIME", "Gr\u00FC\u00DFe\r\nkommen an\r\n"), (message.BodyParameter, Text(message.Body)));
    }

    [Fact]
    public async Task A_client_s_name_and_address_for_answers_are_seen_at_HVE()
    {
        await using var story = await RelayStory.BeginAsync(options =>
        {
            options.Clients![0].DisplayName = "Scanner, Büro";
            options.Clients[0].ReplyTo = "desk@contoso.com";
        });

        await story.SendAsync(["you@contoso.com"], Head + "body\r\n");

        var header = Text((await RelayedAsync(story)).Header);
        Assert.Contains("From: =?utf-8?B?U2Nhbm5lciwgQsO8cm8=?= <hve1@contoso.com>\r\nX-Original-From: scanner-3@contoso.com\r\n", header, StringComparison.Ordinal);
        Assert.Contains("\r\nReply-To: desk@contoso.com\r\n", header, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_deferred_has_the_same_header_the_next_time()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Close(FaultStage.AfterDot) with { Times = 1 });

        await story.SendAsync(["you@contoso.com"], "Subject: without Date and Message-ID\r\n\r\nbody\r\n");
        await story.LogsAsync("unsure");
        await story.NextTryAsync("unsure", () => story.Lines("relayed").Any());

        var sent = story.Simulator.Messages.Select(message => Fields(Text(message.Header), "Date", "Message-ID", "From")).ToList();
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0], sent[1]);
    }

    private static async Task<RecordedMessage> RelayedAsync(RelayStory story)
    {
        await story.LogsAsync("relayed");
        return story.Simulator.Messages.Single();
    }

    private static string[] Fields(string header, params string[] names) =>
        [.. header.Split("\r\n").Where(line => names.Any(name => line.StartsWith(name + ":", StringComparison.Ordinal)))];

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.Latin1.GetString(octets.Span);
}
