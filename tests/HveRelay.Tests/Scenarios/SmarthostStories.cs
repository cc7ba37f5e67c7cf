using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Health;
using HveRelay.Queue;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>A smarthost beside HVE: two ways, each with its own state and limits, and no mail by the wrong one.</summary>
public sealed class SmarthostStories
{
    private const string External = "external";
    private const string Stranger = "guest@fabrikam.com";

    [Fact]
    public async Task A_message_to_both_sides_goes_by_both_ways()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);

        var reply = await story.SendAsync(["you@contoso.com", Stranger], "From: Scanner <scanner-3@contoso.com>\r\nSubject: scan\r\n\r\nhello\r\n");
        await story.LogsAsync("relayed", 2);

        var inside = Assert.Single(story.Simulator.Messages);
        Assert.Equal(("you@contoso.com", "hve1@contoso.com"), (Assert.Single(inside.Recipients), inside.ReversePath));
        var outside = Assert.Single(gateway.Messages);
        Assert.Equal((Stranger, "scanner-3@contoso.com"), (Assert.Single(outside.Recipients), outside.ReversePath));
        Assert.Equal(["scanner-3@contoso.com"], outside.HeaderFrom);
        Assert.NotEqual(System.Security.Authentication.SslProtocols.None, outside.Tls);
        Assert.Equal(
            ["hve1@contoso.com you@contoso.com 1/2", $"{External} {Stranger} 2/2"],
            story.Lines("relayed").Select(line => $"{line["account"]} {line["to"]} {line["part"]}").Order(StringComparer.Ordinal).Reverse());
        Assert.Equal((1, 1), (await UsedAsync(story, QuotaRule.Tenant), await UsedAsync(story, External)));
        Assert.All((await story.RecordAsync(RelayStory.IdIn(reply))).Recipients, recipient => Assert.Equal(RecipientState.Relayed, recipient.State));
    }

    [Fact]
    public async Task With_Account_the_smarthost_sees_its_own_address()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => (smarthost.Rewrite, smarthost.Address) = (RewriteFrom.Account, "relay@contoso.com"));

        await story.SendAsync([Stranger], "From: Scanner <scanner-3@contoso.com>\r\nSubject: scan\r\n\r\nhello\r\n");
        await story.LogsAsync("relayed");

        var message = Assert.Single(gateway.Messages);
        Assert.Equal("relay@contoso.com", message.ReversePath);
        Assert.Equal(["relay@contoso.com"], message.HeaderFrom);
    }

    [Fact]
    public async Task A_domain_that_no_route_covers_is_refused_at_RCPT()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, change: options => options.Routes =
        [
            new RouteOptions { Recipients = ["spam@*"], Via = "refuse" },
            new RouteOptions { Recipients = ["*@fabrikam.com"], Via = External },
        ]);

        Assert.StartsWith("550 5.7.1 ", await story.SendAsync("you@northwind.com"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1 ", await story.SendAsync("spam@fabrikam.com"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", await story.SendAsync(Stranger), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulty_account_does_not_stop_the_smarthost()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful"));

        await story.SendAsync(["you@contoso.com", Stranger]);
        await story.LogsAsync("relayed");
        await story.LogsAsync("alarm");

        Assert.Equal(External, story.Lines("relayed").Single()["account"]);
        Assert.Equal((AccountState.Faulty, AccountState.Healthy), (StateOf(story, "hve1@contoso.com"), StateOf(story, External)));
        Assert.Empty(story.Lines("failed"));
    }

    [Fact]
    public async Task A_smarthost_that_is_down_keeps_its_mail_and_stops_nobody()
    {
        var port = FreePort.Next();
        await using var story = await BeginAsync(await GatewayAsync(options => options with { Port = port }));
        await _gateway!.DisposeAsync();

        await story.SendAsync(["you@contoso.com", Stranger]);
        await story.LogsAsync("relayed");
        await story.LogsAsync("deferred");

        Assert.Equal("hve1@contoso.com", story.Lines("relayed").Single()["account"]);
        Assert.Equal((AccountState.Healthy, AccountState.Unreachable), (StateOf(story, "hve1@contoso.com"), StateOf(story, External)));

        await using var again = await GatewayAsync(options => options with { Port = port });
        await TrustAsync(story, again);
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Count() == 2);
        Assert.Single(again.Messages);
    }

    [Fact]
    public async Task A_paused_smarthost_keeps_its_mail()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);
        var accounts = new AccountOperator(story.Relay.State.Store, story.Relay.State.Board, new QueueSignal());
        await accounts.PauseAsync(new AccountPause(External, story.Clock.GetUtcNow(), "root", null), CancellationToken.None);

        await story.SendAsync(["you@contoso.com", Stranger]);
        await story.LogsAsync("relayed");
        Assert.Equal("hve1@contoso.com", story.Lines("relayed").Single()["account"]);
        await accounts.ResumeAsync(External, CancellationToken.None);
        await story.RunUntilAsync(() => story.Lines("relayed").Count() == 2);

        Assert.Equal([External], story.Lines("relayed").Skip(1).Select(line => line["account"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_STARTTLS_nothing_is_sent(bool offered)
    {
        await using var gateway = await GatewayAsync(
            options => offered ? options : options with { Keywords = [.. SimulatorOptions.DefaultKeywords.Where(word => word != "STARTTLS")] });
        gateway.Faults.Add(Fault.Reply(FaultStage.StartTls, "454 4.7.0 TLS not available"));
        await using var story = await BeginAsync(gateway);

        await story.SendAsync(Stranger);
        await story.LogsAsync("deferred");

        Assert.DoesNotContain(gateway.Transcripts.SelectMany(transcript => transcript.Lines), line => line.Contains("MAIL FROM", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(gateway.Messages);
    }

    [Fact]
    public async Task A_connector_by_certificate_lets_in_who_shows_it()
    {
        using var authority = new SelfMadeAuthority("public authority");
        using var own = authority.Issue("relay.contoso.com");
        await using var gateway = await GatewayAsync(options => options with { ClientCertificate = own });
        SmarthostOptions? configured = null;
        await using var story = await BeginAsync(gateway, smarthost => configured = smarthost);

        await story.SendAsync(Stranger);
        await story.LogsAsync("deferred");
        Assert.Empty(gateway.Messages);

        await story.StopAsync();
        var pfx = Path.Combine(story.DataDirectory, "relay.pfx");
        await File.WriteAllBytesAsync(pfx, own.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12));
        configured!.ClientCertificate = new CertificateOptions { File = pfx };
        await story.StartAsync();
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());
        Assert.Single(gateway.Messages);
    }

    [Fact]
    public async Task Failures_on_both_ways_are_told_in_one_notice()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found") with { To = "bob@*" });
        gateway.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.1 No such user here") with { To = "guest@*" });

        await story.SendAsync(["bob@contoso.com", Stranger]);
        await story.LogsAsync("failed", 2);
        await story.RunUntilAsync(() => story.Lines("notified").Any());

        var notice = story.Lines("notified").Single();
        Assert.Equal(("scanner-3@contoso.com", "2"), (notice["to"], notice["count"]));
    }

    [Fact]
    public async Task A_notice_to_somebody_outside_goes_by_the_route()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, change: options => options.Postmaster = "it@fabrikam.com");
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found"));

        await story.SendAsync(["bob@contoso.com"], from: "ups@northwind.com");
        await story.LogsAsync("failed");
        await story.RunUntilAsync(() => story.Lines("relayed").Any());

        var notice = Assert.Single(gateway.Messages);
        Assert.Equal(("it@fabrikam.com", string.Empty), (Assert.Single(notice.Recipients), notice.ReversePath));
    }

    [Fact]
    public async Task A_sender_that_the_smarthost_refuses_is_no_fault_of_the_others()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway);
        gateway.Faults.Add(Fault.Reply(FaultStage.Mail, "550 5.1.8 Sender address rejected: Domain not found") with { Times = 1 });
        gateway.Faults.Add(Fault.Reply(FaultStage.Mail, "553 Sender refused for a reason of our own") with { Times = 1 });

        await story.SendAsync([Stranger], from: "ups@no.such.domain");
        await story.LogsAsync("failed");
        await story.SendAsync([Stranger], from: "ups@odd.domain");
        await story.LogsAsync("deferred");
        await story.SendAsync(Stranger);
        await story.LogsAsync("relayed");

        Assert.Equal("The smarthost does not take this sender", story.Lines("failed").Single()["cause"]);
        Assert.Equal(AccountState.Healthy, StateOf(story, External));
        Assert.Empty(story.Lines("alarm"));
    }

    [Fact]
    public async Task Mail_of_a_smarthost_that_was_taken_out_goes_by_no_other_way()
    {
        await using var gateway = await GatewayAsync();
        gateway.Faults.Add(Fault.Reply(FaultStage.Rcpt, "451 4.7.1 Greylisted"));
        RelayOptions? configured = null;
        await using var story = await BeginAsync(gateway, change: options => configured = options);
        var reply = await story.SendAsync(Stranger);
        await story.LogsAsync("deferred");

        await story.StopAsync();
        (configured!.Smarthosts, configured.Routes) = ([], []);
        await story.StartAsync();
        await story.LogsAsync("alarm");
        var alarm = story.Lines("alarm").Single();
        Assert.Equal(("smarthost external", "1 message waits for the smarthost external, which is not among Smarthosts; nothing goes by another way, and what is not sent expires at the end of its lifetime"), (alarm["what"], alarm["cause"]));

        var health = await new HealthChecks(story.Relay.State).RelayAsync(CancellationToken.None);
        Assert.Equal(["smarthost:external"], health.Checks.Where(check => !check.Ok).Select(check => check.Name));

        story.Clock.Jump(TimeSpan.FromDays(3));
        await story.RunUntilAsync(() => story.Lines("expired").Any());
        Assert.Empty(story.Simulator.Messages);
        Assert.Equal(RecipientState.Failed, (await story.RecordAsync(RelayStory.IdIn(reply))).Recipients.Single().State);
        Assert.Single(story.Lines("alarm"), line => line["what"] == "smarthost external");
    }

    [Fact]
    public async Task Mail_of_a_smarthost_that_was_put_back_goes()
    {
        await using var gateway = await GatewayAsync();
        gateway.Faults.Add(Fault.Reply(FaultStage.Rcpt, "451 4.7.1 Greylisted") with { Times = 1 });
        RelayOptions? configured = null;
        await using var story = await BeginAsync(gateway, change: options => configured = options);
        await story.SendAsync(Stranger);
        await story.LogsAsync("deferred");
        var smarthosts = configured!.Smarthosts;

        await story.StopAsync();
        configured.Smarthosts = [];
        await story.StartAsync();
        await story.LogsAsync("alarm");
        await story.StopAsync();
        configured.Smarthosts = smarthosts;
        await story.StartAsync();
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());

        Assert.Empty(story.Simulator.Messages);
        Assert.Single(gateway.Messages);
    }

    private HveSimulator? _gateway;

    private async Task<HveSimulator> GatewayAsync(Func<SimulatorOptions, SimulatorOptions>? change = null)
    {
        var options = new SimulatorOptions { Port = FreePort.Next(), HostName = "mail.fabrikam.com", IsSmarthost = true, RequireAuthentication = false };
        return _gateway = await SamePort.BeginAsync(() => HveSimulator.StartAsync(change?.Invoke(options) ?? options, new ManualClock()));
    }

    private static Task<RelayStory> BeginAsync(HveSimulator gateway, Action<SmarthostOptions>? smarthost = null, Action<RelayOptions>? change = null) =>
        RelayStory.BeginAsync(options =>
        {
            var external = new SmarthostOptions
            {
                Name = External,
                Host = "localhost",
                Port = gateway.Port,
                Rewrite = RewriteFrom.Keep,
                TrustedCertificate = Path.Combine(options.DataDirectory, "gateway.pem"),
            };
            File.WriteAllText(external.TrustedCertificate, gateway.CertificatePem);
            smarthost?.Invoke(external);
            options.Smarthosts = [external];
            options.Routes = [new RouteOptions { Via = External }];
            change?.Invoke(options);
        });

    private static Task TrustAsync(RelayStory story, HveSimulator gateway) =>
        File.WriteAllTextAsync(Path.Combine(story.DataDirectory, "gateway.pem"), gateway.CertificatePem);

    private static AccountState StateOf(RelayStory story, string sender) => story.Relay.State.Board.Of(sender).State;

    private static async Task<long> UsedAsync(RelayStory story, string scope) =>
        await story.Relay.State.Store.UsedAsync(scope, story.Clock.GetUtcNow() - QuotaRule.Day, CancellationToken.None);
}
