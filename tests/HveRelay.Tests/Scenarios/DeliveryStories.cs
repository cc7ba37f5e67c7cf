using System.Text;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Simulator;

namespace HveRelay.Tests.Scenarios;

/// <summary>What HVE does to a message, and what becomes of it.</summary>
public sealed class DeliveryStories
{
    [Fact]
    public async Task A_scan_is_queued_rewritten_relayed_and_logged()
    {
        await using var story = await RelayStory.BeginAsync();

        var reply = await story.SendAsync(
            ["you@contoso.com"], "From: Scanner 3 <scanner-3@contoso.com>\r\nTo: you@contoso.com\r\nBcc: boss@contoso.com\r\nSubject: scan\r\n\r\n..hidden dot\r\nbody\r\n");
        await story.LogsAsync("relayed");

        Assert.StartsWith("250 2.0.0 OK queued as ", reply, StringComparison.Ordinal);
        var message = Assert.Single(story.Simulator.Messages);
        Assert.Equal("hve1@contoso.com", message.ReversePath);
        Assert.Equal(["hve1@contoso.com"], message.HeaderFrom);
        Assert.Equal(["you@contoso.com"], message.Recipients);
        Assert.Equal(".hidden dot\r\nbody\r\n", Encoding.ASCII.GetString(message.Body.Span));
        var header = Encoding.ASCII.GetString(message.Header.Span);
        Assert.Contains("From: Scanner 3 <hve1@contoso.com>\r\n", header, StringComparison.Ordinal);
        Assert.Contains("Reply-To: ", header, StringComparison.Ordinal);
        Assert.Contains("Message-ID: ", header, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Bcc", header, StringComparison.Ordinal);
        Assert.NotEqual(System.Security.Authentication.SslProtocols.None, message.Tls);
        Assert.Empty(story.Simulator.Notes);
        var id = RelayStory.IdIn(reply);
        Assert.All(["queued", "relayed"], line => Assert.Equal(id.ToString(), story.Lines(line).Single()["id"]));
        Assert.Contains(id.ToString(), header, StringComparison.Ordinal);
        Assert.Equal(RecipientState.Relayed, (await story.RecordAsync(id)).Recipients.Single().State);
    }

    [Fact]
    public async Task A_busy_HVE_gets_the_message_a_minute_later()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Dot, "451 4.3.2 Not now") with { Times = 1 });

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred");
        Assert.Equal("451 4.3.2 Not now", story.Lines("deferred").Single()["reply"]);
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());

        Assert.Equal("2", story.Lines("relayed").Single()["attempt"]);
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task A_throttled_transaction_is_tried_again_after_a_breath()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded") with { Times = 1 });

        await story.SendAsync("you@contoso.com");
        await story.RunUntilAsync(() => story.Lines("relayed").Any());

        Assert.Equal("1", story.Lines("relayed").Single()["attempt"]);
        Assert.Empty(story.Lines("deferred"));
    }

    [Fact]
    public async Task One_unknown_recipient_never_sinks_the_others()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found") with { To = "bob@*" });

        var reply = await story.SendAsync(["ann@contoso.com", "bob@contoso.com", "cat@contoso.com"]);
        await story.LogsAsync("failed");
        await story.LogsAsync("relayed", 2);

        Assert.Equal(["ann@contoso.com", "cat@contoso.com"], story.Simulator.Messages.Single().Recipients);
        var failed = story.Lines("failed").Single();
        Assert.Equal("bob@contoso.com", failed["to"]);
        Assert.Equal("550 5.1.10 Recipient not found", failed["reply"]);
        Assert.Equal("The recipient is unknown", failed["cause"]);
        var entry = Assert.Single(await story.Relay.State.Store.ListAsync(new QueueFilter(), CancellationToken.None));
        Assert.Equal(RecipientState.Failed, entry.State);
        var record = await story.RecordAsync(RelayStory.IdIn(reply));
        Assert.Equal([RecipientState.Relayed, RecipientState.Failed, RecipientState.Relayed], record.Recipients.Select(recipient => recipient.State));
    }

    [Fact]
    public async Task A_connection_cut_in_the_content_delivers_nothing_and_is_tried_again()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Close(FaultStage.Content) with { Times = 1 });

        // Too large to be under way whole: the cut finds the relay before its final dot.
        await story.SendAsync(["you@contoso.com"], "Subject: scan\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789abcdef\r\n", 300_000)));
        await story.LogsAsync("deferred");
        Assert.Empty(story.Simulator.Messages);
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());

        Assert.Single(story.Simulator.Messages);
        Assert.Empty(story.Lines("unsure"));
    }

    [Fact]
    public async Task A_connection_cut_after_the_dot_is_unsure_and_says_so()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Close(FaultStage.AfterDot) with { Times = 1 });

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("unsure");
        Assert.Equal("may be sent twice", story.Lines("unsure").Single()["note"]);
        await story.NextTryAsync("unsure", () => story.Lines("relayed").Any());

        Assert.Equal(2, story.Simulator.Messages.Count);
        Assert.Equal(2, await story.Relay.State.Store.UsedAsync(QuotaRule.Tenant, story.Clock.GetUtcNow() - QuotaRule.Day, CancellationToken.None));
    }

    [Fact]
    public async Task A_wrong_password_keeps_the_mail_raises_one_alarm_and_mends_itself()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful"));

        for (var i = 0; i < 5; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        await story.LogsAsync("alarm");
        Assert.Equal(AccountState.Faulty, story.Relay.State.Board.Of("hve1@contoso.com").State);
        Assert.Contains("password", story.Lines("account").Single(line => line["state"] == "faulty")["cause"], StringComparison.Ordinal);

        // Days later somebody mends it: older than its lifetime, the mail is still there.
        await story.QuietAsync();
        story.Clock.Jump(TimeSpan.FromDays(3));
        Assert.Empty(story.Lines("failed"));
        Assert.Empty(story.Lines("expired"));
        story.Simulator.Faults.Clear();
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 5);

        Assert.Single(story.Lines("alarm"));
        Assert.Equal(AccountState.Healthy, story.Relay.State.Board.Of("hve1@contoso.com").State);
    }

    [Fact]
    public async Task What_cannot_be_delivered_in_its_lifetime_expires()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Queue.Lifetime = TimeSpan.FromHours(2));
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Dot, "451 4.3.0 Mailbox busy"));

        var reply = await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred");
        while (!story.Lines("expired").Any())
        {
            var attempts = story.Lines("deferred").Count();
            await story.NextTryAsync("deferred", () => story.Lines("deferred").Count() > attempts || story.Lines("expired").Any());
        }

        Assert.Equal("451 4.3.0 Mailbox busy", story.Lines("expired").Single()["reply"]);
        Assert.Equal(RecipientState.Failed, (await story.RecordAsync(RelayStory.IdIn(reply))).Recipients.Single().State);
    }

    [Fact]
    public async Task Mail_that_no_attempt_reaches_expires_when_HVE_has_been_out_of_reach()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Queue.Lifetime = TimeSpan.FromMinutes(50));
        story.Simulator.Faults.Add(Fault.Reset(FaultStage.Connect));
        for (var i = 0; i < 20; i++)
        {
            await story.SendAsync($"user{i}@contoso.com");
        }

        await story.LogsAsync("deferred");
        await story.QuietAsync();
        story.Clock.Jump(TimeSpan.FromMinutes(65));
        await story.RunUntilAsync(() => story.Lines("expired").Count() == 20);

        Assert.Empty(story.Simulator.Messages);
        Assert.Empty(story.Lines("failed"));
    }
}
