using System.Security.Authentication;
using System.Text;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

public sealed class LoginTests : SimulatorStory
{
    protected override SimulatorOptions Options => Defaults with
    {
        Accounts =
        [
            new SimulatedAccount(Account, Password)
            {
                Tokens =
                [
                    new BearerToken("fresh", Clock.GetUtcNow().AddMinutes(20)),
                    new BearerToken("stale", Clock.GetUtcNow().AddMinutes(8)),
                    new BearerToken("dead", Clock.GetUtcNow().AddMinutes(-1)),
                ],
            },
            new SimulatedAccount("person@contoso.com", "secret") { IsHveAccount = false },
        ],
    };

    [Fact]
    public async Task Before_TLS_no_AUTH_is_offered_and_none_is_taken()
    {
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);
        Assert.StartsWith("220 smtp.hve.mx.microsoft ", await client.ReadReplyAsync(), StringComparison.Ordinal);

        var hello = await client.CommandAsync("EHLO relay.contoso.com");

        Assert.Equal(
            "250-smtp.hve.mx.microsoft Hello [127.0.0.1]\n250-SIZE 10485760\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n250 8BITMIME",
            hello);
        Assert.Equal("530 5.7.0 Must issue a STARTTLS command first", await client.LoginAsync(Account, Password));
    }

    [Fact]
    public async Task After_TLS_AUTH_is_offered_and_STARTTLS_is_not()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port);
        Assert.Equal("220 2.0.0 SMTP server ready", await client.CommandAsync("STARTTLS"));
        await client.BeginTlsAsync(Simulator.CertificatePem, host: "smtp.hve.mx.microsoft");

        Assert.Equal("503 5.5.2 Send hello first", await client.LoginAsync(Account, Password));
        var hello = await client.CommandAsync("EHLO relay.contoso.com");

        Assert.Contains("250-AUTH LOGIN PLAIN XOAUTH2", hello, StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", hello, StringComparison.Ordinal);
        Assert.Equal(1, Simulator.Counters.TlsHandshakes);
    }

    [Fact]
    public async Task AUTH_LOGIN_asks_with_the_words_that_devices_know()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.Equal("334 VXNlcm5hbWU6", await client.CommandAsync("AUTH LOGIN"));
        Assert.Equal("334 UGFzc3dvcmQ6", await client.CommandAsync(Base64(Account)));
        Assert.Equal("235 2.7.0 Authentication successful", await client.CommandAsync(Base64(Password)));
    }

    [Theory]
    [InlineData(Account, "wrong", "535 5.7.3 Authentication unsuccessful")]
    [InlineData("nobody@contoso.com", Password, "535 5.7.3 Authentication unsuccessful")]
    [InlineData("person@contoso.com", "secret", "550 5.2.240 The identity is not an HVE account")]
    [InlineData("HVE1@Contoso.com", Password, "235 2.7.0 Authentication successful")]
    public async Task A_password_is_judged(string user, string password, string reply)
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.Equal(reply, await client.LoginAsync(user, password));
    }

    [Theory]
    [InlineData($"user={Account}\u0001auth=Bearer fresh\u0001\u0001", "235 2.7.0")]
    [InlineData($"user={Account}\u0001auth=Bearer stale\u0001\u0001", "501 5.5.127")]
    [InlineData($"user={Account}\u0001auth=Bearer dead\u0001\u0001", "535 5.7.142")]
    [InlineData($"user={Account}\u0001auth=Bearer other\u0001\u0001", "535 5.7.3")]
    [InlineData("user=nobody@contoso.com\u0001auth=Bearer fresh\u0001\u0001", "501 5.5.126")]
    [InlineData($"user={Account}\u0001auth=Bearer fresh\u0001", "501 5.5.121")]
    public async Task A_token_is_judged_with_and_without_an_initial_response(string response, string reply)
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        await using var other = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.StartsWith(reply, await client.CommandAsync($"AUTH XOAUTH2 {Base64(response)}"), StringComparison.Ordinal);
        Assert.Equal("334 ", await other.CommandAsync("AUTH XOAUTH2"));
        Assert.StartsWith(reply, await other.CommandAsync(Base64(response)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_base64_and_what_is_cancelled_is_no_login()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.Equal("501 5.5.2 Cannot decode the argument", await client.CommandAsync("AUTH PLAIN ***"));
        Assert.Equal("334 ", await client.CommandAsync("AUTH PLAIN"));
        Assert.Equal("501 5.7.0 Authentication cancelled", await client.CommandAsync("*"));
        Assert.Equal("504 5.7.4 Unrecognized authentication type", await client.CommandAsync("AUTH CRAM-MD5"));
    }

    [Fact]
    public async Task Credentials_do_not_stand_in_the_transcript()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        await client.LoginAsync(Account, "wrong");
        await client.CommandAsync("AUTH LOGIN");
        await client.CommandAsync(Base64(Account));
        await client.CommandAsync(Base64(Password));

        var lines = Assert.Single(Simulator.Transcripts).Lines;

        Assert.Contains("C: AUTH PLAIN ****", lines);
        Assert.Equal(2, lines.Count(line => line == "C: ****"));
        Assert.DoesNotContain(lines, line => line.Contains(Base64(Password), StringComparison.Ordinal));
    }

    [Fact]
    public async Task MAIL_without_a_login_is_refused()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.Equal("530 5.7.57 Client not authenticated to send mail", await client.CommandAsync($"MAIL FROM:<{Account}>"));
    }

    [Fact]
    public async Task Plaintext_behind_STARTTLS_is_noted_and_cuts_the_connection()
    {
        await using var client = await RawSmtp.GreetAsync(Simulator.Port);

        await client.SendAsync("STARTTLS\r\nRSET\r\n");

        Assert.Null(await client.ReadLineAsync());
        Assert.Contains(Simulator.Notes, note => note.Contains("plaintext was sent behind STARTTLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_STARTTLS_among_the_keywords_it_does_not_exist()
    {
        await RestartAsync(Options with { Keywords = ["SIZE"] });
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);
        await client.ReadReplyAsync();

        Assert.Equal("250-smtp.hve.mx.microsoft Hello [127.0.0.1]\n250 SIZE 10485760", await client.CommandAsync("EHLO relay.contoso.com"));
        Assert.Equal("500 Unrecognized command", await client.CommandAsync("STARTTLS"));
    }

    [Fact]
    public async Task Implicit_TLS_is_there_from_the_first_octet()
    {
        await RestartAsync(Options with { Security = SimulatorSecurity.Implicit, Protocols = SslProtocols.Tls12 });
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);

        await client.BeginTlsAsync(Simulator.CertificatePem, host: "127.0.0.1");

        Assert.StartsWith("220 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
        await client.CommandAsync("EHLO relay.contoso.com");
        Assert.StartsWith("235 ", await client.LoginAsync(Account, Password), StringComparison.Ordinal);
        await client.SendMessageAsync(Account, [Bob], Content());
        Assert.Equal(SslProtocols.Tls12, Simulator.Messages[0].Tls);
    }

    [Fact]
    public async Task In_a_laboratory_neither_TLS_nor_login_is_needed()
    {
        await RestartAsync(Options with { Security = SimulatorSecurity.None, RequireAuthentication = false });
        await using var client = await RawSmtp.GreetAsync(Simulator.Port);

        Assert.StartsWith("250 2.0.0 OK sim-000001", await client.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
        Assert.Equal((Account, SslProtocols.None), (Simulator.Messages[0].Account, Simulator.Messages[0].Tls));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
