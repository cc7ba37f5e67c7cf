using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>An account without a password: the tokens of an identity platform on loopback, which the simulated HVE takes.</summary>
public sealed class OAuthStories : IAsyncLifetime
{
    private const string Account = "hve1@contoso.com";

    private TokenAuthority _authority = null!;

    public async ValueTask InitializeAsync() => _authority = await TokenAuthority.StartAsync();

    public ValueTask DisposeAsync() => _authority.DisposeAsync();

    [Fact]
    public async Task A_scan_goes_out_with_a_token_and_neither_token_nor_secret_is_seen_anywhere()
    {
        await using var story = await BeginAsync();

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("relayed");

        Assert.Equal(Account, story.Simulator.Messages.Single().Account);
        Assert.Equal("https://outlook.office.com/.default", Assert.Single(_authority.Questions)["scope"]);
        Assert.Empty(story.Simulator.Notes);
        AssertNothingLeaked(story);
    }

    [Fact]
    public async Task A_certificate_does_what_a_secret_does()
    {
        using var files = new TemporaryDirectory();
        using var own = new RsaCertificate("relay");
        _authority.Known.Add(own.Certificate);
        await using var story = await BeginAsync(
            oauth => (oauth.ClientSecret, oauth.CertificateFile) = (null, files.Write("oauth.pem", own.Pem + own.Key)));

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("relayed");

        Assert.Equal("CN=relay", Assert.Single(story.Lines("certificate"), line => line["subject"] == "CN=relay")["subject"]);
        AssertNothingLeaked(story);
    }

    [Fact]
    public async Task A_crowd_of_messages_asks_for_one_token()
    {
        await using var story = await BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => story.SendAsync("you@contoso.com")));
        await story.LogsAsync("relayed", 20);

        Assert.Single(_authority.Questions);
    }

    [Fact]
    public async Task A_token_serves_until_20_minutes_before_its_end_and_then_another_one_does()
    {
        await using var story = await BeginAsync();
        await story.SendAsync("a@contoso.com");
        await story.LogsAsync("relayed");

        story.Clock.Advance(TimeSpan.FromMinutes(39));
        await story.SendAsync("b@contoso.com");
        await story.LogsAsync("relayed", 2);
        Assert.Single(_authority.Questions);
        story.Clock.Advance(TimeSpan.FromMinutes(1));
        await story.SendAsync("c@contoso.com");
        await story.LogsAsync("relayed", 3);

        Assert.Equal(2, _authority.Questions.Count);
        Assert.Empty(story.Lines("deferred"));
    }

    [Fact]
    public async Task A_busy_connection_is_left_when_its_token_comes_near_its_end()
    {
        _authority.Lifetime = TimeSpan.FromMinutes(4); // good for half of it
        await using var story = await BeginAsync(hve: new SimulatorOptions { TokenMargin = TimeSpan.Zero });

        for (var sent = 1; sent <= 18; sent++)
        {
            await story.SendAsync("you@contoso.com");
            await story.LogsAsync("relayed", sent);
            story.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        var spans = story.Simulator.Messages.GroupBy(message => message.Connection)
            .Select(each => each.Max(message => message.ReceivedAt) - each.Min(message => message.ReceivedAt));
        Assert.All(spans, span => Assert.True(span < TimeSpan.FromMinutes(2), $"a connection was used for {span}"));
        Assert.Equal(2, _authority.Questions.Count);
        Assert.Empty(story.Lines("deferred"));
    }

    [Theory]
    [InlineData("token-expiring")]
    [InlineData("token-expired")]
    public async Task A_token_that_HVE_finds_too_old_is_replaced_at_once(string preset)
    {
        await using var story = await BeginAsync();
        story.Simulator.Faults.Add(Preset(preset) with { Times = 1 });

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("relayed");

        Assert.Equal("1", story.Lines("relayed").Single()["attempt"]);
        Assert.Empty(story.Lines("deferred"));
        Assert.Equal(2, _authority.Questions.Count);
        AssertNothingLeaked(story);
    }

    [Fact]
    public async Task A_token_that_ends_within_the_session_is_replaced_at_once()
    {
        await using var story = await BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "535 5.7.143 the token has expired") with { Times = 1 });

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("relayed");

        Assert.Equal("1", story.Lines("relayed").Single()["attempt"]);
        Assert.Empty(story.Lines("deferred"));
        Assert.Equal(2, _authority.Questions.Count);
        Assert.Equal(2, story.Simulator.Transcripts.Count);
    }

    [Fact]
    public async Task An_HVE_that_likes_no_token_is_asked_twice_and_then_later()
    {
        await using var story = await BeginAsync();
        story.Simulator.Faults.Add(Preset("token-expiring"));

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred");

        Assert.Equal((2, 2), (_authority.Questions.Count, story.Simulator.Transcripts.Count));
        Assert.Equal("501 5.5.127 The token will expire soon", story.Lines("deferred").Single()["reply"]);
        Assert.Equal(("faulty", "credentials"), (story.Lines("account").Single()["state"], story.Lines("account").Single()["kind"]));
        story.Simulator.Faults.Clear();
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());
    }

    [Theory]
    [InlineData("no-permission", "The application lacks the permission", "Mail.Send")]
    [InlineData("app-not-allowed", "The application may not use this HVE account", "Add-HVEAppAccess")]
    public async Task An_application_without_rights_is_an_account_fault_and_mail_stays(string preset, string cause, string remedy)
    {
        await using var story = await BeginAsync();
        story.Simulator.Faults.Add(Preset(preset));

        var reply = await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred"); // the last of its lines

        AssertFaulty(story, cause, remedy);
        Assert.Single(_authority.Questions);
        await MendAsync(story, reply, story.Simulator.Faults.Clear);
    }

    [Theory]
    [InlineData("invalid_client", "AADSTS7000222: The provided client secret keys are expired.", "The application's client secret has expired", "app registration")]
    [InlineData("invalid_grant", "AADSTS65001: The administrator has not consented.", "Consent to the application is missing", "admin consent")]
    [InlineData("invalid_client", "", "The identity platform does not accept the application's secret or certificate", "OAuth.ClientId")]
    public async Task A_platform_that_refuses_is_an_account_fault_and_mail_stays(string error, string words, string cause, string remedy)
    {
        await using var story = await BeginAsync();
        _authority.Answer = _ => TokenAuthority.Error(error, words);

        var reply = await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred"); // the last of its lines

        AssertFaulty(story, cause, remedy);
        Assert.Contains(error, story.Lines("account").Single()["reply"], StringComparison.Ordinal);
        Assert.Empty(story.Simulator.Transcripts);
        await MendAsync(story, reply, () => _authority.Answer = _ => null);
        AssertNothingLeaked(story);
    }

    [Fact]
    public async Task A_platform_that_cannot_be_reached_is_asked_again_later()
    {
        await using var story = await BeginAsync();
        await _authority.GoAwayAsync();

        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("deferred");

        var line = story.Lines("account").Single();
        Assert.Equal(("unreachable", "The identity platform cannot be asked for a token"), (line["state"], line["cause"]));
        Assert.Empty(story.Lines("alarm"));
        await _authority.ComeBackAsync();
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());
        Assert.Equal("healthy", story.Lines("account").Last()["state"]);
    }

    private static Fault Preset(string name) => FaultPresets.All.Single(preset => preset.Name == name).Fault;

    private static void AssertFaulty(RelayStory story, string cause, string remedy)
    {
        var line = story.Lines("account").Single();
        Assert.Equal(("faulty", cause), (line["state"], line["cause"]));
        Assert.Contains(remedy, line["remedy"], StringComparison.Ordinal);
        Assert.Equal(cause, story.Lines("alarm").Single()["cause"]);
    }

    private static async Task MendAsync(RelayStory story, string reply, Action mend)
    {
        Assert.Equal(RecipientState.Queued, (await story.RecordAsync(RelayStory.IdIn(reply))).Recipients.Single().State);
        mend();
        await story.NextTryAsync("deferred", () => story.Lines("relayed").Any());
        Assert.Empty(story.Lines("failed"));
        await Until.True(() => story.Lines("account").Last()["state"] == "healthy");
    }

    private static void AssertNothingLeaked(RelayStory story) =>
        Assert.All(
            story.Log.SelectMany(line => line.Fields.Select(field => field.Value ?? string.Empty))
                .Concat(story.Relay.State.Board.All.Select(status => status.ToString()))
                .Concat(story.Simulator.Transcripts.SelectMany(transcript => transcript.Lines)),
            text =>
            {
                Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal);
                Assert.DoesNotContain("aaaaaaaaaaaaaaaa", text, StringComparison.Ordinal);
                Assert.DoesNotContain(TokenAuthority.Secret, text, StringComparison.Ordinal);
            });

    private async Task<RelayStory> BeginAsync(Action<OAuthOptions>? change = null, SimulatorOptions? hve = null)
    {
        var story = await RelayStory.BeginAsync(
            options =>
            {
                var oauth = new OAuthOptions
                {
                    TenantId = TokenAuthority.Tenant, ClientId = TokenAuthority.ClientId, ClientSecret = TokenAuthority.Secret, Authority = _authority.Address,
                };
                change?.Invoke(oauth);
                options.Hve.Accounts[0] = new AccountOptions { Address = Account, OAuth = oauth };
                File.AppendAllText(options.Hve.TrustedCertificate!, "\n" + _authority.RootPem);
            },
            hve);
        _authority.Issued = token => story.Simulator.Accept(Account, new BearerToken(token, story.Clock.GetUtcNow() + _authority.Lifetime));
        return story;
    }
}
