using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>SMTP AUTH submission: a smarthost that wants a login, and a relay that has no HVE account at all.</summary>
public sealed class SmarthostLoginStories
{
    private const string Mailbox = "relay@contoso.com";

    [Fact]
    public async Task A_password_does_without_any_account_of_HVE()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.Password = "secret", options =>
        {
            (options.Hve.Accounts, options.Hve.AcceptedDomains) = ([], []);
        });

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("relayed");

        var message = Assert.Single(gateway.Messages);
        Assert.Equal((Mailbox, Mailbox, Mailbox), (message.Account, message.ReversePath, Assert.Single(message.HeaderFrom)));
        Assert.Empty(story.Lines("alarm"));
    }

    [Fact]
    public async Task A_wrong_password_keeps_the_mail_and_names_the_smarthost()
    {
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(gateway, smarthost => smarthost.Password = "wrong");

        await story.SendAsync(["you@contoso.com", "guest@fabrikam.com"]);
        await story.LogsAsync("alarm");
        await story.LogsAsync("relayed");

        var alarm = story.Lines("alarm").Single();
        Assert.Equal(("smarthost external", "The smarthost does not accept the login"), (alarm["what"], alarm["cause"]));
        Assert.Equal(AccountState.Faulty, story.Relay.State.Board.Of("external").State);
        Assert.Equal("hve1@contoso.com", story.Lines("relayed").Single()["account"]);
        Assert.Empty(story.Lines("failed"));
    }

    [Fact]
    public async Task A_token_is_asked_for_with_the_scope_of_client_submission()
    {
        await using var authority = await TokenAuthority.StartAsync();
        await using var gateway = await GatewayAsync();
        await using var story = await BeginAsync(
            gateway,
            smarthost => smarthost.OAuth = new OAuthOptions
            {
                TenantId = TokenAuthority.Tenant, ClientId = TokenAuthority.ClientId, ClientSecret = TokenAuthority.Secret, Authority = authority.Address,
            },
            options => File.AppendAllText(options.Hve.TrustedCertificate!, "\n" + authority.RootPem));
        authority.Issued = token => gateway.Accept(Mailbox, new BearerToken(token));

        await story.SendAsync("guest@fabrikam.com");
        await story.LogsAsync("relayed");

        Assert.Equal(Mailbox, Assert.Single(gateway.Messages).Account);
        Assert.Equal("https://outlook.office365.com/.default", Assert.Single(authority.Questions)["scope"]);
    }

    private static Task<HveSimulator> GatewayAsync() => HveSimulator.StartAsync(
        new SimulatorOptions { Port = FreePort.Next(), IsSmarthost = true, Accounts = [new SimulatedAccount(Mailbox, "secret")] }, new ManualClock());

    private static Task<RelayStory> BeginAsync(HveSimulator gateway, Action<SmarthostOptions> login, Action<RelayOptions>? change = null) =>
        RelayStory.BeginAsync(options =>
        {
            var external = new SmarthostOptions
            {
                Name = "external",
                Host = "localhost",
                Port = gateway.Port,
                UserName = Mailbox,
                TrustedCertificate = Path.Combine(options.DataDirectory, "gateway.pem"),
            };
            File.WriteAllText(external.TrustedCertificate, gateway.CertificatePem);
            login(external);
            options.Smarthosts = [external];
            options.Routes = [new RouteOptions { Via = "external" }];
            change?.Invoke(options);
        });
}
