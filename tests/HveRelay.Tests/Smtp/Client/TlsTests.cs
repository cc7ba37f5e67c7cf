using System.Security.Cryptography.X509Certificates;
using HveRelay.Smtp.Client;
using HveRelay.Smtp.Client.Tls;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Client;

public sealed class TlsTests : IDisposable
{
    private const string Host = "mail.example";
    private readonly ManualClock _clock = new();
    private readonly SelfMadeAuthority _ours = new("Our authority");
    private readonly SelfMadeAuthority _proxy = new("Corp Inspection Proxy");

    public void Dispose()
    {
        _ours.Dispose();
        _proxy.Dispose();
    }

    [Fact]
    public async Task The_right_name_from_our_authority_is_trusted()
    {
        using var certificate = _ours.Issue(Host);

        await using var connection = Assert.IsType<SmtpOpening.Opened>(await OpenAsync(certificate, Trusting(_ours.Certificate))).Connection;

        Assert.Matches("^TLSv1\\.[23] TLS_", connection.Tls);
    }

    [Fact]
    public async Task An_authority_below_ours_is_trusted_when_the_server_shows_it()
    {
        using var below = new SelfMadeAuthority("Our authority for servers", _ours);
        using var certificate = below.Issue(Host);

        var opening = await OpenAsync(certificate, Trusting(_ours.Certificate), below.Certificate);

        await using var connection = Assert.IsType<SmtpOpening.Opened>(opening).Connection;
        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task An_unknown_issuer_is_told_by_name_since_that_is_what_reveals_interception()
    {
        using var certificate = _proxy.Issue(Host);

        var failure = await FailureAsync(certificate, Trusting(_ours.Certificate));

        Assert.Equal(Breakage.Certificate, failure.Breakage);
        Assert.Equal(
            "The certificate for mail.example, issued by CN=Corp Inspection Proxy, valid from 2026-10-23 to 2026-12-22: "
            + "no authority that is trusted here issued it.",
            failure.Detail);
    }

    [Fact]
    public async Task Without_anchors_of_our_own_the_system_decides()
    {
        using var certificate = _ours.Issue(Host);

        var failure = await FailureAsync(certificate, ServerTrust.System);

        Assert.Equal(Breakage.Certificate, failure.Breakage);
        Assert.Contains("CN=Our authority", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_name_from_our_authority_is_not_trusted()
    {
        using var certificate = _ours.Issue("other.example");

        var failure = await FailureAsync(certificate, Trusting(_ours.Certificate));

        Assert.Equal(Breakage.Certificate, failure.Breakage);
        Assert.Contains("The certificate for other.example, ", failure.Detail, StringComparison.Ordinal);
        Assert.EndsWith(": it is not for mail.example.", failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-30, -1)]
    [InlineData(1, 30)]
    public async Task A_certificate_is_not_trusted_before_or_after_its_time(int fromDay, int toDay)
    {
        using var certificate = _ours.Issue(Host, fromDay, toDay);

        var failure = await FailureAsync(certificate, Trusting(_ours.Certificate));

        Assert.Equal(Breakage.Certificate, failure.Breakage);
        Assert.EndsWith(": it has expired or is not valid yet.", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_very_certificate_of_the_server_is_trusted_whatever_its_name()
    {
        using var certificate = _proxy.Issue("other.example");

        await using var connection = Assert.IsType<SmtpOpening.Opened>(await OpenAsync(certificate, Trusting(_ours.Certificate, certificate))).Connection;

        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task A_pinned_certificate_vouches_for_no_other()
    {
        using var pinned = _proxy.Issue(Host);
        using var other = _proxy.Issue(Host);

        var failure = await FailureAsync(other, Trusting(pinned));

        Assert.Equal(Breakage.Certificate, failure.Breakage);
    }

    [Fact]
    public async Task A_file_of_several_certificates_trusts_each()
    {
        using var certificate = _ours.Issue(Host);
        var trust = ServerTrust.FromPem(_proxy.Certificate.ExportCertificatePem() + "\n" + _ours.Certificate.ExportCertificatePem());

        await using var connection = Assert.IsType<SmtpOpening.Opened>(await OpenAsync(certificate, trust)).Connection;

        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_no_matter_of_certificates()
    {
        var pair = new StreamPair(Arrival.Whole);
        await pair.Server.WriteAsync("220 I thought you would speak first\r\n"u8.ToArray());

        var opening = await SmtpConnection.OpenAsync(pair.Client, Options(ServerTrust.System), _clock, CancellationToken.None);

        Assert.Equal(Breakage.Tls, Assert.IsType<SmtpOpening.Failed>(opening).Failure.Breakage);
    }

    [Fact]
    public async Task A_handshake_without_an_end_times_out()
    {
        var pair = new StreamPair(Arrival.Whole);
        var opening = SmtpConnection.OpenAsync(pair.Client, Options(ServerTrust.System), _clock, CancellationToken.None);
        await Until.True(() => _clock.Waiting > 0);

        _clock.Advance(new SmtpTimeouts().StartTls);

        var failure = Assert.IsType<SmtpOpening.Failed>(await opening.WaitAsync(TimeSpan.FromSeconds(60))).Failure;
        Assert.Equal((Stage.StartTls, Breakage.TimedOut), (failure.Stage, failure.Breakage));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM")]
    public void A_file_without_a_certificate_is_refused(string pem) =>
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => ServerTrust.FromPem(pem));

    private async Task<SmtpFailure> FailureAsync(X509Certificate2 certificate, ServerTrust trust) =>
        Assert.IsType<SmtpOpening.Failed>(await OpenAsync(certificate, trust)).Failure;

    private async Task<SmtpOpening> OpenAsync(X509Certificate2 certificate, ServerTrust trust, X509Certificate2? intermediate = null)
    {
        var pair = new StreamPair(Arrival.Whole);
        string[] script = ["S: [tls]", "S: 220 ready", "C: EHLO relay.example", "S: 250 mail.example", "C: QUIT", "S: 221 bye"];
        var server = new ScriptedServer(pair.Server, "tls", [.. script.Select((text, at) => new ScriptLine(at, text))], certificate, intermediate);

        // What the server makes of a client that hangs up in the handshake is its own affair.
        _ = server.RunAsync().ContinueWith(done => done.Exception, TaskScheduler.Default);
        return await SmtpConnection.OpenAsync(pair.Client, Options(trust), _clock, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static SmtpConnectionOptions Options(ServerTrust trust) =>
        new(Host, "relay.example", SmtpSecurity.Implicit, []) { Trust = trust };

    private static ServerTrust Trusting(params X509Certificate2[] anchors) => new([.. anchors]);
}
