using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Tests.Support;
using HveRelay.Upstream;

namespace HveRelay.Tests.Host.Upstream;

public sealed class HveUpstreamTests : IDisposable
{
    private const string Host = "hve.example";
    private const string Account = "hve1@contoso.com";
    private static readonly TimeSpan _net = TimeSpan.FromSeconds(60);

    private static readonly string[] TokenLogin =
    [
        "S: 220 ready", "C: EHLO relay.contoso.com", "S: 250-hve.example", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go ahead", "S: [tls]",
        "C: EHLO relay.contoso.com", "S: 250-hve.example", "S: 250 AUTH LOGIN XOAUTH2",
        "C: AUTH XOAUTH2 dXNlcj1odmUxQGNvbnRvc28uY29tAWF1dGg9QmVhcmVyIHRvazEyMwEB", "S: 235 OK", "C: QUIT", "S: 221 bye",
    ];

    private readonly ManualClock _clock = new();
    private readonly SelfMadeAuthority _authority = new("Upstream authority");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _trusted = Path.GetTempFileName();
    private readonly RelayOptions _options = new() { HostName = "relay.contoso.com" };
    private Task _serving = Task.CompletedTask;

    public HveUpstreamTests()
    {
        _listener.Start();
        File.WriteAllText(_trusted, _authority.Certificate.ExportCertificatePem());
        _options.Hve.Host = Host;
        _options.Hve.Port = Port;
        _options.Hve.TrustedCertificate = _trusted;
        _options.Hve.Accounts.Add(new AccountOptions { Address = Account, Password = "geheim1" });
    }

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
        File.Delete(_trusted);
    }

    [Fact]
    public async Task An_account_logs_in_over_STARTTLS_and_a_message_has_a_result_for_each_recipient()
    {
        Serve(
            "S: 220 ready", "C: EHLO relay.contoso.com", "S: 250-hve.example", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go ahead", "S: [tls]",
            "C: EHLO relay.contoso.com", "S: 250-hve.example", "S: 250-PIPELINING", "S: 250 AUTH PLAIN LOGIN",
            "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: aHZlMUBjb250b3NvLmNvbQ==", "S: 334 UGFzc3dvcmQ6", "C: Z2VoZWltMQ==", "S: 235 OK",
            "C: MAIL FROM:<hve1@contoso.com>", "C: RCPT TO:<a@contoso.com>", "C: RCPT TO:<b@contoso.com>", "C: DATA",
            "S: 250 OK", "S: 550 5.1.10 unknown", "S: 250 OK", "S: 354 go on",
            "C: Subject: test", "C: ", "C: Hello", "C: .", "S: 250 2.0.0 queued", "C: QUIT", "S: 221 bye");

        var connected = Assert.IsType<ConnectResult.Connected>(await Upstream().ConnectAsync("HVE1@contoso.com", CancellationToken.None));
        IReadOnlyList<RecipientResult> result;
        await using (connected.Connection)
        {
            result = await connected.Connection.SendAsync(Message("a@contoso.com", "b@contoso.com"), CancellationToken.None);
            Assert.True(connected.Connection.IsUsable);
        }

        await _serving.WaitAsync(_net);
        var refused = Assert.IsType<RecipientResult.NotSent>(result[0]);
        Assert.Equal((Stage.Rcpt, Breakage.None, "550 5.1.10 unknown"), (refused.Failure.Stage, refused.Failure.Breakage, refused.Failure.Words));
        Assert.IsType<RecipientResult.Accepted>(result[1]);
    }

    [Fact]
    public async Task A_token_is_fetched_for_an_account_with_OAuth_and_its_password_is_not_used()
    {
        _options.Hve.Accounts[0].OAuth = new OAuthOptions();
        Serve(TokenLogin);

        var connected = Assert.IsType<ConnectResult.Connected>(
            await Upstream(new Tokens(new TokenResult.Token("tok123", DateTimeOffset.MaxValue))).ConnectAsync(Account, CancellationToken.None));

        await connected.Connection.DisposeAsync();
        await _serving.WaitAsync(_net);
    }

    [Fact]
    public async Task A_connection_is_not_used_longer_than_its_token_says()
    {
        _options.Hve.Accounts[0].OAuth = new OAuthOptions();
        Serve(TokenLogin);
        var tokens = new Tokens(new TokenResult.Token("tok123", _clock.GetUtcNow().AddMinutes(40)));
        var connected = Assert.IsType<ConnectResult.Connected>(await Upstream(tokens).ConnectAsync(Account, CancellationToken.None));

        _clock.Advance(TimeSpan.FromMinutes(40) - TimeSpan.FromSeconds(1));
        Assert.True(connected.Connection.IsUsable);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(connected.Connection.IsUsable);
        await connected.Connection.DisposeAsync();
        await _serving.WaitAsync(_net);
        Assert.False(tokens.Forgot);
    }

    [Fact]
    public async Task Without_a_token_nobody_is_called()
    {
        _options.Hve.Accounts[0].OAuth = new OAuthOptions();
        var failure = new SmtpFailure(Stage.Auth, null, Breakage.TimedOut, "The token endpoint did not answer.");

        Assert.Equal(failure, await FailureAsync(Upstream(new Tokens(new TokenResult.Failed(failure)))));
        Assert.Equal(Breakage.NoMechanism, (await FailureAsync(Upstream())).Breakage);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public void The_text_of_a_token_does_not_show_it() =>
        Assert.DoesNotContain("tok123", new TokenResult.Token("tok123", DateTimeOffset.MaxValue).ToString(), StringComparison.Ordinal);

    /// <param name="hasPassword">Of a key that needs none: 'check' found it good, and every connection failed.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_smarthost_that_knows_us_by_certificate_gets_to_see_it(bool hasPassword)
    {
        using var own = _authority.Issue("relay.contoso.com");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, own.ExportCertificatePem() + "\n" + own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _options.Smarthosts.Add(new SmarthostOptions
        {
            Name = "external", Host = Host, Port = Port, Security = UpstreamSecurity.Implicit, ClientCertificate = new CertificateOptions { File = file, PasswordFile = hasPassword ? _trusted : null },
        });
        var shown = AcceptTlsAsync();

        // The system does not trust the authority, so it ends there; what the server was shown is the point.
        var result = await Upstream().ConnectAsync("external", CancellationToken.None);

        Assert.Equal(Breakage.Certificate, Assert.IsType<ConnectResult.Failed>(result).Failure.Breakage);
        File.Delete(file);
        await shown;
    }

    [Fact]
    public void A_smarthost_logs_in_with_a_token_for_client_submission()
    {
        _options.Smarthosts.Add(new SmarthostOptions
        {
            Name = "external", Host = Host, UserName = "relay@contoso.com", OAuth = new OAuthOptions { TenantId = "t", ClientId = "c", ClientSecret = "s" },
        });

        var hop = NextHop.Find(_options, "EXTERNAL")!;
        Assert.Empty(hop.Mechanisms);
        Assert.Equal(("relay@contoso.com", "c", "s"), (hop.Account!.Address, hop.Account.OAuth!.ClientId, hop.Account.OAuth.ClientSecret));
        Assert.Equal("https://outlook.office365.com/.default", hop.Account.OAuth.Scope);
    }

    [Fact]
    public void A_smarthost_prefers_PLAIN()
    {
        _options.Smarthosts.Add(new SmarthostOptions { Name = "external", Host = Host, UserName = "u", Password = "p" });

        Assert.Equal(["PLAIN", "LOGIN"], NextHop.Find(_options, "External")!.Mechanisms.Select(mechanism => mechanism.Name));
        Assert.Equal(["LOGIN", "PLAIN"], NextHop.Find(_options, Account)!.Mechanisms.Select(mechanism => mechanism.Name));
    }

    [Fact]
    public async Task A_password_is_not_sent_without_TLS_even_where_the_configuration_says_so()
    {
        _options.Hve.Security = UpstreamSecurity.None;
        Serve("C: [close]");

        var failure = await FailureAsync(Upstream());

        await _serving.WaitAsync(_net);
        Assert.Equal((Stage.Auth, Breakage.NoMechanism), (failure.Stage, failure.Breakage));
    }

    [Fact]
    public async Task A_refusal_of_a_server_that_hangs_up_on_unread_content_is_still_heard()
    {
        _options.Hve.Security = UpstreamSecurity.None;
        _options.Hve.Accounts[0].Password = null;
        Serve(
            "S: 220 ready", "C: EHLO relay.contoso.com", "S: 250-hve.example", "S: 250 PIPELINING",
            "C: MAIL FROM:<hve1@contoso.com>", "C: RCPT TO:<a@contoso.com>", "C: DATA", "S: 250 OK", "S: 250 OK", "S: 354 go on",
            "C: Subject: test", "S! 552 5.3.4 too large", "S: [close]");
        var connected = Assert.IsType<ConnectResult.Connected>(await Upstream().ConnectAsync(Account, CancellationToken.None));

        await using var connection = connected.Connection;
        var result = await connection.SendAsync(Message("a@contoso.com") with { Body = Endless }, CancellationToken.None).WaitAsync(_net);

        var refused = Assert.IsType<RecipientResult.NotSent>(Assert.Single(result));
        Assert.Equal((Stage.Content, "552 5.3.4 too large"), (refused.Failure.Stage, refused.Failure.Words));
        Assert.False(connection.IsUsable);
    }

    [Fact]
    public async Task A_file_that_holds_no_certificate_is_told_by_name_and_nobody_is_called()
    {
        await File.WriteAllTextAsync(_trusted, "nonsense");

        var failure = await FailureAsync(Upstream());

        Assert.Equal((Stage.StartTls, Breakage.Tls), (failure.Stage, failure.Breakage));
        Assert.Contains(_trusted, failure.Detail, StringComparison.Ordinal);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public async Task An_account_that_the_configuration_has_no_more_is_said_to_be_gone() =>
        Assert.IsType<ConnectResult.Gone>(await Upstream().ConnectAsync("nobody@contoso.com", CancellationToken.None));

    private HveUpstream Upstream(ITokenSource? tokens = null) => new(_options, _clock, tokens)
    {
        Dialer = new Dialer(TimeSpan.FromSeconds(30), _clock) { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) },
    };

    private static async Task<SmtpFailure> FailureAsync(HveUpstream upstream) =>
        Assert.IsType<ConnectResult.Failed>(await upstream.ConnectAsync(Account, CancellationToken.None).WaitAsync(_net)).Failure;

    private void Serve(params string[] script) => _serving = ServeAsync(script);

    private async Task ServeAsync(string[] script)
    {
        using var certificate = _authority.Issue(Host);
        using var client = await _listener.AcceptTcpClientAsync();
        var lines = script.Select((text, at) => new ScriptLine(at, text)).ToList();
        await new ScriptedServer(client.GetStream(), "upstream", lines, certificate).RunAsync();
    }

    private async Task AcceptTlsAsync()
    {
        using var certificate = _authority.Issue(Host);
        using var client = await _listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        string? subject = null;
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls12,
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                {
                    subject = shown?.Subject;
                    return shown is not null;
                },
            });
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
        }

        Assert.Equal("CN=relay.contoso.com", subject);
    }

    private static MailTransaction Message(params string[] recipients) =>
        new(Account, recipients, 24, EightBit: false, "Subject: test\r\n\r\n"u8.ToArray(), _ => Body());

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Body()
    {
        await Task.Yield();
        yield return "Hello\r\n"u8.ToArray();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless([EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new byte[10_000];
        }
    }

    private sealed class Tokens(TokenResult result) : ITokenSource
    {
        public Task<TokenResult> GetAsync(AccountOptions account, CancellationToken cancel) => Task.FromResult(result);

        public bool Forgot { get; private set; }

        public void Forget(AccountOptions account, TokenResult.Token token) => Forgot = true;
    }
}
