using System.Net.Security;
using System.Security.Authentication;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>What may go wrong around a handshake. How it goes well stands in the transcripts.</summary>
public sealed class TlsTests
{
    /// <summary>The extension supported_groups alone has the number 10.</summary>
    [Fact]
    public async Task A_hello_of_TLS_behind_the_greeting_is_known_though_it_has_line_ends_in_it()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);

        await live.SendAsync("\x16\x03\x01\x00\x05\x01\x00\n\x00\n");

        Assert.Equal("421 4.7.0 relay.example This is SMTP, closing\r\n", await live.ReadToEndAsync());
        Assert.Equal(["refused, tls before starttls: 421 4.7.0 relay.example This is SMTP, closing"], service.Heard);
    }

    [Fact]
    public async Task What_is_smuggled_behind_STARTTLS_is_never_executed()
    {
        // CVE-2011-0411: an attacker in the middle puts commands behind STARTTLS, to be executed as the client's own.
        var service = new ScriptedService { Login = ("erp", "geheim") };
        await using var live = new LiveSession(service, ServerTranscript.Options(TlsPolicy.Optional));
        await live.ReadLinesAsync(1);

        await live.SendAsync("EHLO printer\r\nSTARTTLS\r\nRSET\r\nMAIL FROM:<evil@example.com>\r\n");
        Assert.EndsWith("220 2.0.0 Ready to start TLS\r\n", await live.ReadLinesAsync(8), StringComparison.Ordinal);
        await live.HandshakeAsync();
        await live.SendAsync("RCPT TO:<b@contoso.com>\r\n");

        Assert.Equal("503 5.5.1 Need MAIL first\r\n", await live.ReadAsync());
        Assert.Equal(["refused, wrong order: 503 5.5.1 Need MAIL first"], service.Heard);
        Assert.Equal(string.Empty, live.Info.HelloName);
    }

    [Fact]
    public async Task A_handshake_says_version_and_cipher()
    {
        await using var live = new LiveSession(new ScriptedService(), ServerTranscript.Options(TlsPolicy.Implicit));

        await live.HandshakeAsync();
        await live.ReadLinesAsync(1);

        Assert.Equal("TLSv1.3", live.Info.Tls!.Version);
        Assert.StartsWith("TLS_", live.Info.Tls.CipherSuite, StringComparison.Ordinal);
        Assert.Equal("192.0.2.7", live.Info.Address.ToString());
    }

    [Theory]
    [InlineData(TlsPolicy.Implicit, "EHLO is not a handshake\r\n", "not tls: 554 not TLS: SMTP without TLS")]
    [InlineData(TlsPolicy.Optional, "EHLO is not a handshake\r\n", "not tls: 554 not TLS: SMTP without TLS")]
    [InlineData(TlsPolicy.Implicit, "GET / HTTP/1.1\r\n\r\n", "not tls: 554 not TLS: HTTP")]
    [InlineData(TlsPolicy.Implicit, "garbage\r\n\x7F and much of it, again and again", "not tls: 554 not TLS: 'garbage??? and much of i'")]
    [InlineData(TlsPolicy.Implicit, "\x16\x03\x01\x00\x05hello of another kind", "tls handshake: 554 ")]
    [InlineData(TlsPolicy.Optional, "\x80\x18\x01\x03\x00 and what an old device says", "tls handshake: 554 ")]
    public async Task A_failed_handshake_ends_the_session_and_is_reported(TlsPolicy policy, string said, string reported)
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service, ServerTranscript.Options(policy));
        if (policy == TlsPolicy.Optional)
        {
            await live.SendAsync("EHLO printer\r\nSTARTTLS\r\n");
            await live.ReadLinesAsync(8);
        }

        await live.SendAsync(said);

        Assert.Equal(SessionEnd.TlsFailed, await live.EndAsync());
        Assert.StartsWith("refused, " + reported, Assert.Single(service.Heard), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_knows_only_a_version_we_refuse_is_reported()
    {
        var service = new ScriptedService();
        var options = ServerTranscript.Options(TlsPolicy.Implicit) with
        {
            TlsOptions = () => new SslServerAuthenticationOptions
            {
                ServerCertificate = ServerTranscript.Certificate,
                EnabledSslProtocols = SslProtocols.Tls13,
            },
        };
        await using var live = new LiveSession(service, options);
        var old = ServerTranscript.ClientOptions();
        old.EnabledSslProtocols = SslProtocols.Tls12;

        await Assert.ThrowsAsync<AuthenticationException>(() => live.HandshakeAsync(old));

        Assert.Equal(SessionEnd.TlsFailed, await live.EndAsync());
        Assert.Matches(
            "^refused, tls handshake: 554 .*unsupported.protocol.*; offered TLSv1.2( at most)?, [0-9]+ cipher suites? \\(TLS_.*\\), SNI relay.example$",
            Assert.Single(service.Heard));
    }

    [Fact]
    public async Task A_handshake_has_its_time()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service, ServerTranscript.Options(TlsPolicy.Implicit));
        await Until.True(() => live.Clock.Waiting > 0);

        live.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(SessionEnd.TlsFailed, await live.EndAsync());
        Assert.Equal(["refused, tls handshake: 554 no handshake in time: nothing came, as from a client that speaks no TLS here"], service.Heard);
    }

    [Fact]
    public async Task A_client_that_goes_in_the_handshake_is_let_go()
    {
        await using var live = new LiveSession(new ScriptedService(), ServerTranscript.Options(TlsPolicy.Implicit));
        await live.SendAsync("\x16\x03");

        live.Vanish();

        Assert.Equal(SessionEnd.TlsFailed, await live.EndAsync());
    }

    [Fact]
    public async Task Who_only_looks_whether_the_port_is_open_is_not_refused()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service, ServerTranscript.Options(TlsPolicy.Implicit));

        live.Vanish();

        Assert.Equal(SessionEnd.Closed, await live.EndAsync());
        Assert.Empty(service.Heard);
    }

    [Fact]
    public async Task A_stop_in_the_handshake_ends_the_session()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service, ServerTranscript.Options(TlsPolicy.Implicit));
        await Until.True(() => live.Clock.Waiting > 0);

        live.Session.Stop();

        Assert.Equal(SessionEnd.Stopped, await live.EndAsync());
        Assert.Empty(service.Heard);
    }
}
