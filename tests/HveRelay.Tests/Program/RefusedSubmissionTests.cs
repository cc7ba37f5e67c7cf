using System.Text.Json.Nodes;
using HveRelay.Policy;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary><c>send</c> and <c>send-test</c> where the relay refuses their sender: one refusal, and what lets them in.</summary>
public sealed class RefusedSubmissionTests
{
    [Theory]
    [InlineData("send", "scan.eml")]
    [InlineData("send-test", "--to", "you@contoso.com")]
    public async Task A_refusal_of_the_sender_counts_once_and_says_what_lets_this_machine_in(params string[] arguments)
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration =>
        {
            configuration["Users"] = new JsonArray(new JsonObject
            {
                ["Name"] = "erp", ["PasswordHash"] = PasswordHash.Create("geheim", new byte[PasswordHash.SaltLength], rounds: 1000),
            });
            configuration["Clients"]![0]!["Users"] = new JsonArray("erp");
        });
        await story.StartAsync();
        story.Write("scan.eml", "From: scan@contoso.com\nTo: you@contoso.com, me@contoso.com\n\nhello\n");

        var ended = await story.RunAsync(arguments);

        Assert.Equal(1, ended.Status);
        Assert.Contains("530 5.7.0 ", Assert.Single((ended.Output + ended.Error).TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.EndsWith("; log in (--user of send and send-test), or let an entry of Clients without Users cover 127.0.0.1", (ended.Output + ended.Error).TrimEnd(), StringComparison.Ordinal);

        // A later session's refusal is in the log behind those of the first.
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        await device.CommandAsync("RSTE");
        await Until.True(() => story.LogFile().Any(line => line.Contains("unknown command", StringComparison.Ordinal)));
        Assert.Equal(
            ["login needed", "unknown command"],
            story.LogFile().Where(line => line.Contains(" refused ", StringComparison.Ordinal)).Select(line => line.Split("reason=\"")[1].Split('"')[0]));
    }

    [Fact]
    public async Task Sendmail_names_the_sender_that_is_refused_and_no_recipient()
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Clients"]![0]!["Senders"] = new JsonArray("*@fabrikam.com"));
        await story.StartAsync();

        var ended = await story.RunWithInputAsync("Subject: x\n\nx\n", "sendmail", "-f", "scan@contoso.com", "ann@contoso.com", "bob@contoso.com");

        Assert.Equal(69, ended.Status);
        Assert.StartsWith("sendmail: scan@contoso.com: Mail: 5", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_takes_a_list_as_sendmail_does()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();
        var file = story.Write("scan.eml", "From: scan@contoso.com\n\nhello\n");

        var ended = await story.RunAsync("send", file, "--to", "ann@contoso.com, Bob <bob@contoso.com>", "carl@contoso.com");

        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        var sent = Assert.Single(await story.Hve!.WaitForMessagesAsync(1, TestContext.Current.CancellationToken));
        Assert.Equal(["ann@contoso.com", "bob@contoso.com", "carl@contoso.com"], sent.Recipients);
    }

    /// <summary>It was left out, and status 0 said that all had it.</summary>
    [Fact]
    public async Task What_sendmail_finds_in_the_header_and_is_no_address_is_told()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();

        var ended = await story.RunWithInputAsync("To: ann@contoso.com, foo bar baz\nSubject: x\n\nx\n", "sendmail", "-t", "-f", "scan@contoso.com");

        Assert.Equal(69, ended.Status);
        Assert.StartsWith("sendmail: foo bar baz: Rcpt: 501", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        var sent = Assert.Single(await story.Hve!.WaitForMessagesAsync(1, TestContext.Current.CancellationToken));
        Assert.Equal(["ann@contoso.com"], sent.Recipients);
    }
}
