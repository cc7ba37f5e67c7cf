using System.Text;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>Who fails is told about: promise 2.</summary>
public sealed class NoticeStories
{
    private static readonly Fault NoBob = Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found") with { To = "bob@*" };

    [Fact]
    public async Task The_sender_is_told_once_of_the_one_recipient_whom_HVE_refused()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(NoBob);

        var reply = await story.SendAsync(["ann@contoso.com", "bob@contoso.com"], "Subject: Invoice 4711\r\nMessage-ID: <1@scanner-3>\r\n\r\nhello\r\n");
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 2);
        await story.QuietAsync();
        story.Clock.Advance(TimeSpan.FromHours(3));
        await story.PassAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        var notice = Assert.Single(NoticesIn(story));
        Assert.Equal(["scanner-3@contoso.com"], notice.Recipients);
        Assert.Equal("hve1@contoso.com", notice.ReversePath);
        Assert.Equal(["hve1@contoso.com"], notice.HeaderFrom);
        var header = Encoding.ASCII.GetString(notice.Header.Span);
        Assert.Contains("From: \"Mail relay relay.contoso.com\" <hve1@contoso.com>\r\n", header, StringComparison.Ordinal);
        Assert.Contains("Subject: Not delivered: Invoice 4711\r\n", header, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-replied\r\n", header, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Original-From", header, StringComparison.Ordinal);
        var body = Encoding.ASCII.GetString(notice.Body.Span);
        Assert.Contains("Diagnostic-Code: smtp; 550 5.1.10 Recipient not found\r\n", body, StringComparison.Ordinal);
        Assert.Contains("The recipient is unknown", body, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@contoso.com", body, StringComparison.Ordinal);
        var line = story.Lines("notified").Single();
        Assert.Equal(
            ("scanner-3@contoso.com", "1", RelayStory.IdIn(reply).ToString()), (line["to"], line["count"], line["messages"]));
        Assert.Empty(story.Simulator.Notes);
    }

    [Theory]
    [InlineData("nobody@example.com", "desk@contoso.com", "it@contoso.com", "desk@contoso.com")]
    [InlineData("nobody@example.com", "", "it@contoso.com", "it@contoso.com")]
    [InlineData("", "", "it@contoso.com", "it@contoso.com")]
    [InlineData("hve1@contoso.com", "", "it@contoso.com", "it@contoso.com")]
    [InlineData("Scanner-3@CONTOSO.com", "desk@contoso.com", "it@contoso.com", "Scanner-3@CONTOSO.com")]
    public async Task Who_is_told_depends_on_the_sender(string sender, string notify, string postmaster, string told)
    {
        await using var story = await RelayStory.BeginAsync(options =>
        {
            options.Clients![0].NotifyOnFailure = notify.Length > 0 ? [notify] : [];
            options.Postmaster = postmaster;
        });
        story.Simulator.Faults.Add(NoBob);

        await story.SendAsync(["bob@contoso.com"], from: sender);
        await story.RunUntilAsync(() => NoticesIn(story).Any());

        Assert.Equal([told], NoticesIn(story).Single().Recipients);
    }

    [Fact]
    public async Task With_nobody_to_tell_the_log_says_so()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(NoBob);

        await story.SendAsync(["bob@contoso.com"], from: "nobody@example.com");
        await story.RunUntilAsync(() => story.Lines("alarm").Any());

        Assert.Contains("nobody to tell", story.Lines("alarm").Single()["cause"], StringComparison.Ordinal);
        Assert.Empty(story.Lines("notified"));
    }

    [Fact]
    public async Task Of_a_notice_that_fails_nobody_is_told_and_an_alarm_says_so()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Postmaster = "it@contoso.com");
        story.Simulator.Faults.Add(NoBob);

        await story.SendAsync(["bob@contoso.com"], from: "bob@contoso.com");
        await story.RunUntilAsync(() => story.Lines("alarm").Any());
        await story.QuietAsync();
        story.Clock.Advance(TimeSpan.FromHours(2));
        await story.SendAsync(["ann@contoso.com"]);
        await story.LogsAsync("relayed");

        Assert.Equal(2, story.Lines("failed").Count());
        Assert.Single(story.Lines("notified"));
        Assert.Equal("notices", story.Lines("alarm").Single()["what"]);
        Assert.Empty(NoticesIn(story));
    }

    [Fact]
    public async Task A_message_that_is_late_is_told_once_and_then_that_it_expired()
    {
        await using var story = await RelayStory.BeginAsync(options =>
        {
            options.Queue.DelayWarningAfter = TimeSpan.FromHours(4);
            options.Queue.Lifetime = TimeSpan.FromHours(8);
            options.Queue.RetrySchedule = [TimeSpan.FromHours(1)];
        });
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "450 4.2.1 Mailbox busy") with { To = "bob@*" });

        await story.SendAsync(["bob@contoso.com"]);
        await story.LogsAsync("deferred");
        await HoursAsync(story, 5, () => NoticesIn(story).Any());
        var late = Encoding.ASCII.GetString(Assert.Single(NoticesIn(story)).Content.Span);
        await HoursAsync(story, 6, () => NoticesIn(story).Count() == 2);

        Assert.Contains("Subject: Delayed: scan\r\n", late, StringComparison.Ordinal);
        Assert.Contains("Action: delayed\r\nStatus: 4.2.1\r\n", late, StringComparison.Ordinal);
        Assert.Contains("Will-Retry-Until: ", late, StringComparison.Ordinal);
        var over = Encoding.ASCII.GetString(NoticesIn(story).Last().Content.Span);
        Assert.Contains("Subject: Not delivered: scan\r\n", over, StringComparison.Ordinal);
        Assert.Contains("Action: failed\r\nStatus: 4.4.7\r\n", over, StringComparison.Ordinal);
        Assert.Equal(2, story.Lines("notified").Count());
    }

    [Fact]
    public async Task An_outage_of_a_thousand_messages_sends_one_notice_and_then_one_an_hour()
    {
        const int Messages = 1000;
        await using var story = await RelayStory.BeginAsync();
        var store = story.Relay.State.Store;
        story.Simulator.Faults.Add(NoBob);
        await story.SendAsync(["bob@contoso.com"]);
        await story.RunUntilAsync(() => story.Lines("notified").Any());

        await using var device = await Support.RawSmtp.GreetAsync(story.Port);
        for (var i = 0; i < Messages; i++)
        {
            Assert.StartsWith("250", await device.SendMessageAsync("scanner-3@contoso.com", ["bob@contoso.com"], $"Subject: scan {i}\r\n\r\nhello\r\n"), StringComparison.Ordinal);
        }

        await story.LogsAsync("failed", Messages + 1);
        Assert.Single(story.Lines("notified"));
        await story.QuietAsync();
        story.Clock.Advance(TimeSpan.FromHours(1));
        await story.RunUntilAsync(() => NoticesIn(story).Count() == 2);
        await HoursAsync(story, 2, () => true);

        Assert.Equal([1, Messages], story.Lines("notified").Select(line => int.Parse(line["count"]!, System.Globalization.CultureInfo.InvariantCulture)));
        var gathered = NoticesIn(story).Last();
        Assert.Contains("950 more recipients", Encoding.ASCII.GetString(gathered.Body.Span), StringComparison.Ordinal);
        Assert.InRange(gathered.Length, 1000, 100_000);
        Assert.Empty(await store.UntoldSourcesAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task A_relay_that_stopped_before_it_told_tells_after_its_start()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(NoBob);
        await story.SendAsync(["bob@contoso.com"]);
        await story.LogsAsync("failed");
        await story.StopAsync();
        Assert.Empty(story.Lines("notified"));

        await story.StartAsync();
        await story.RunUntilAsync(() => NoticesIn(story).Any());

        Assert.Single(story.Lines("notified"));
    }

    private static IEnumerable<RecordedMessage> NoticesIn(RelayStory story) => story.Simulator.Messages
        .Where(message => Encoding.ASCII.GetString(message.Header.Span).Contains("multipart/report", StringComparison.Ordinal));

    /// <summary>Hour by hour, and then until it happens.</summary>
    private static async Task HoursAsync(RelayStory story, int hours, Func<bool> condition)
    {
        for (var hour = 0; hour < hours; hour++)
        {
            await story.QuietAsync();
            story.Clock.Advance(TimeSpan.FromHours(1));
            var now = story.Clock.GetUtcNow();
            await story.RunUntilAsync(() => story.Clock.GetUtcNow() - now > TimeSpan.FromSeconds(40));
        }

        await story.RunUntilAsync(condition);
    }
}
