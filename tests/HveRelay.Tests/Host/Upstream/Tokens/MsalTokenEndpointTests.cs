using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Tests.Support;
using HveRelay.Upstream.Tokens;

namespace HveRelay.Tests.Host.Upstream.Tokens;

/// <summary>MSAL itself against an identity platform on loopback.</summary>
public sealed class MsalTokenEndpointTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly OAuthOptions _oauth = new() { TenantId = TokenAuthority.Tenant, ClientId = TokenAuthority.ClientId, ClientSecret = TokenAuthority.Secret };
    private TokenAuthority _authority = null!;
    private MsalTokenEndpoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _authority = await TokenAuthority.StartAsync();
        _oauth.Authority = _authority.Address;
        _endpoint = new MsalTokenEndpoint(_directory.Write("root.pem", _authority.RootPem), _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _authority.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_secret_gets_a_token_by_one_question_to_the_token_endpoint_and_no_other()
    {
        var issued = await IssuedAsync();

        var question = Assert.Single(_authority.Questions);
        Assert.Equal($"/{TokenAuthority.Tenant}/oauth2/v2.0/token", question.Path);
        Assert.Equal(
            ("client_credentials", "https://outlook.office.com/.default", TokenAuthority.ClientId),
            (question["grant_type"], question["scope"], question["client_id"]));
        Assert.EndsWith(".1", issued.Value, StringComparison.Ordinal);
        Assert.InRange(issued.Lifetime, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
        Assert.DoesNotContain("eyJ", issued.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_question_is_asked_anew_whatever_the_library_has_cached()
    {
        var first = await IssuedAsync();

        Assert.NotEqual(first.Value, (await IssuedAsync()).Value);
        Assert.Equal(2, _authority.Questions.Count);
    }

    [Fact]
    public async Task Scope_and_authority_can_be_others()
    {
        _oauth.Scope = "https://outlook.office365.us/.default";
        _oauth.Authority = $"{_authority.Address}/{TokenAuthority.Tenant}";

        await IssuedAsync();

        Assert.Equal("https://outlook.office365.us/.default", _authority.Questions[0]["scope"]);
    }

    [Theory]
    [InlineData(null, "https://login.microsoftonline.com/contoso.com")]
    [InlineData("", "https://login.microsoftonline.com/contoso.com")]
    [InlineData("https://login.microsoftonline.us", "https://login.microsoftonline.us/contoso.com")]
    [InlineData("https://login.microsoftonline.us/", "https://login.microsoftonline.us/contoso.com")]
    [InlineData("https://login.microsoftonline.us/other.com/", "https://login.microsoftonline.us/other.com/")]
    public void The_authority_is_completed_by_the_tenant(string? authority, string whole) =>
        Assert.Equal(whole, MsalTokenEndpoint.AuthorityOf(new OAuthOptions { TenantId = "contoso.com", Authority = authority }).AbsoluteUri);

    [Theory]
    [InlineData("pem")]
    [InlineData("pem and key")]
    [InlineData("pem and encrypted key")]
    [InlineData("pfx")]
    [InlineData("pfx with password")]
    public async Task A_certificate_signs_instead_of_a_secret(string form)
    {
        using var own = new RsaCertificate("relay");
        _authority.Known.Add(own.Certificate);
        UseCertificate(own, form);

        await IssuedAsync();

        Assert.Null(_authority.Questions[0]["client_secret"]);
        Assert.NotNull(_authority.Questions[0]["client_assertion"]);
    }

    [Fact]
    public async Task A_certificate_that_was_replaced_signs_the_next_question_and_a_damaged_file_leaves_the_one_before()
    {
        using var old = new RsaCertificate("old");
        using var fresh = new RsaCertificate("new");
        UseCertificate(old, "pem");
        _authority.Known.Add(old.Certificate);
        await IssuedAsync();

        await File.WriteAllTextAsync(_oauth.CertificateFile!, old.Pem[..200]);
        await IssuedAsync();
        await File.WriteAllTextAsync(_oauth.CertificateFile!, fresh.Pem + fresh.Key);
        var unknown = await FailureAsync();
        _authority.Known.Add(fresh.Certificate);
        await IssuedAsync();

        Assert.Contains("AADSTS700027", unknown.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_asks_nobody_and_is_named()
    {
        (_oauth.ClientSecret, _oauth.CertificateFile) = (null, Path.Combine(_directory.Path, "none.pem"));

        var failure = await FailureAsync();

        Assert.Equal(Breakage.CredentialUnusable, failure.Breakage);
        Assert.Contains(_oauth.CertificateFile, failure.Detail, StringComparison.Ordinal);
        Assert.Empty(_authority.Questions);
    }

    [Fact]
    public async Task An_elliptic_key_is_an_unusable_credential()
    {
        using var root = new SelfMadeAuthority("any");
        using var own = root.Issue("relay");
        (_oauth.ClientSecret, _oauth.CertificateFile) = (null, Path.Combine(_directory.Path, "ec.pfx"));
        await File.WriteAllBytesAsync(_oauth.CertificateFile, own.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12));

        Assert.Equal(Breakage.CredentialUnusable, (await FailureAsync()).Breakage);
    }

    [Fact]
    public async Task A_refusal_is_told_in_its_own_words_on_one_line()
    {
        _authority.Answer = _ => TokenAuthority.Error("invalid_client", "AADSTS7000222: The provided client secret keys for app 'x' are expired.");

        var failure = await FailureAsync();

        Assert.Equal((Stage.Auth, Breakage.TokenRefused), (failure.Stage, failure.Breakage));
        Assert.Equal("localhost answered 401: invalid_client: AADSTS7000222: The provided client secret keys for app 'x' are expired.", failure.Detail);
        Assert.Equal("The application's client secret has expired", ReplyTable.BuiltIn.Classify(failure).Cause);
    }

    [Theory]
    [InlineData(503, "{\"error\":\"temporarily_unavailable\",\"error_description\":\"AADSTS90033: A transient error has occurred.\"}")]
    [InlineData(500, "<html>oops</html>")]
    [InlineData(502, "")]
    [InlineData(429, "{\"error\":\"too_many_requests\"}")]
    [InlineData(200, "<html>Welcome to our guest network</html>")]
    [InlineData(200, "{}")]
    [InlineData(302, "")]
    [InlineData(403, "<html>Blocked by your proxy</html>")]
    public async Task Trouble_that_is_no_refusal_is_tried_later_and_asked_once(int status, string body)
    {
        _authority.Answer = _ => (status, body);

        var failure = await FailureAsync();

        Assert.Equal(Breakage.TokenUnavailable, failure.Breakage);
        Assert.Equal(ReplyClass.Unreachable, ReplyTable.BuiltIn.Classify(failure).Class);
        Assert.DoesNotContain("<html>", failure.Detail, StringComparison.Ordinal);
        Assert.Single(_authority.Questions);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_tried_later()
    {
        await _authority.GoAwayAsync();

        var failure = await FailureAsync();

        Assert.Equal(Breakage.TokenUnavailable, failure.Breakage);
        Assert.StartsWith("localhost cannot be asked: ", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_gets_no_secret()
    {
        _endpoint = new MsalTokenEndpoint(null, _clock);

        var failure = await FailureAsync();

        Assert.Equal(Breakage.TokenUnavailable, failure.Breakage);
        Assert.Contains("The certificate for localhost", failure.Detail, StringComparison.Ordinal);
        Assert.Empty(_authority.Questions);
    }

    [Fact]
    public async Task A_platform_that_repeats_our_secret_does_not_bring_it_into_the_log()
    {
        _authority.Answer = question => TokenAuthority.Error(
            "invalid_client", $"AADSTS7000215: '{question["client_secret"]}' ({Uri.EscapeDataString(question["client_secret"]!)}) and eyJhbGciOi.eyJzdWIi.c2ln");

        Assert.Equal("localhost answered 401: invalid_client: AADSTS7000215: '***' (***) and ***", (await FailureAsync()).Detail);
    }

    [Fact]
    public async Task Who_stops_waiting_is_let_go()
    {
        var gate = new TaskCompletionSource();
        _authority.Gate = gate.Task;
        using var stop = new CancellationTokenSource();
        var asking = _endpoint.RequestAsync(_oauth, stop.Token);
        await Until.True(() => _authority.Questions.Count == 1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        gate.SetResult();
    }

    private void UseCertificate(RsaCertificate own, string form)
    {
        _oauth.ClientSecret = null;
        _oauth.CertificateFile = Path.Combine(_directory.Path, "oauth");
        switch (form)
        {
            case "pem":
                _directory.Write("oauth", own.Pem + own.Key);
                break;
            case "pem and key":
                _directory.Write("oauth", own.Pem);
                _oauth.CertificateKeyFile = _directory.Write("key", own.Key);
                break;
            case "pem and encrypted key":
                _directory.Write("oauth", own.Pem);
                _oauth.CertificateKeyFile = _directory.Write("key", own.EncryptedKey("pass"));
                _oauth.CertificatePasswordFile = _directory.Write("password", "pass\n");
                break;
            case "pfx":
                File.WriteAllBytes(_oauth.CertificateFile, own.Pfx(null));
                break;
            default:
                File.WriteAllBytes(_oauth.CertificateFile, own.Pfx("pass"));
                _oauth.CertificatePasswordFile = _directory.Write("password", "pass\n");
                break;
        }
    }

    private async Task<TokenAnswer.Issued> IssuedAsync()
    {
        var answer = await _endpoint.RequestAsync(_oauth, CancellationToken.None);
        Assert.True(answer is TokenAnswer.Issued, answer.ToString());
        return (TokenAnswer.Issued)answer;
    }

    private async Task<SmtpFailure> FailureAsync() =>
        Assert.IsType<TokenAnswer.Failed>(await _endpoint.RequestAsync(_oauth, CancellationToken.None)).Failure;
}
