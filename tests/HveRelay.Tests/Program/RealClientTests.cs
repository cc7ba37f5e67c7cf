using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HveRelay.Policy;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>One relay for all of them: open to loopback, with a user who may log in.</summary>
public sealed class RelayForClients : IAsyncLifetime
{
    public const string User = "erp";
    public const string Password = "p w&=1";

    private ProgramStory? _story;

    internal ProgramStory Story => _story ?? throw new InvalidOperationException("It does not run");

    public async ValueTask InitializeAsync()
    {
        var hash = PasswordHash.Create(Password, new byte[PasswordHash.SaltLength], rounds: 1000);
        _story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Users"] = new JsonArray(new JsonObject { ["Name"] = User, ["PasswordHash"] = hash });
            configuration["Clients"]!.AsArray().Insert(0, new JsonObject
            {
                ["Name"] = "applications", ["Networks"] = new JsonArray("127.0.0.0/8"), ["Users"] = new JsonArray(User),
            });
        });
        await _story.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_story is not null)
        {
            await _story.DisposeAsync();
        }
    }
}

/// <summary>The clients that administrators have at hand get their messages through. Each test has a recipient of its own.</summary>
public sealed class RealClientTests(RelayForClients relay) : IClassFixture<RelayForClients>
{
    private const string From = "scanner-3@contoso.com";

    private ProgramStory Story => relay.Story;

    private string Server => $"127.0.0.1:{Story.SmtpPort}";

    [Theory]
    [InlineData("plain")]
    [InlineData("tls", "--tls")]
    [InlineData("auth-plain", "--auth", "PLAIN", "--auth-user", RelayForClients.User, "--auth-password", RelayForClients.Password)]
    [InlineData("auth-login", "--auth", "LOGIN", "--auth-user", RelayForClients.User, "--auth-password", RelayForClients.Password)]
    [InlineData("tls-auth", "--tls", "--auth", "PLAIN", "--auth-user", RelayForClients.User, "--auth-password", RelayForClients.Password)]
    public async Task Swaks(string way, params string[] options)
    {
        var to = $"swaks-{way}@contoso.com";

        await Tool.RunAsync("swaks", Story.Directory, ["--server", Server, "--from", From, "--to", to, "--body", $"by {to}", .. options]);

        await ArrivesAsync(to);
        await QueuedByAsync(to, tls: options.Contains("--tls"), login: options.Contains("--auth"));
    }

    [Theory]
    [InlineData("plain", "")]
    [InlineData("starttls", "s.starttls(context=context)")]
    [InlineData("login", "s.login('erp', 'p w&=1')")]
    [InlineData("starttls-login", "s.starttls(context=context); s.login('erp', 'p w&=1')")]
    public async Task Python(string way, string before)
    {
        var to = $"python-{way}@contoso.com";

        await PythonAsync($"m['To'] = '{to}'; m.set_content('by {to}')", before);

        await ArrivesAsync(to);
        await QueuedByAsync(to, tls: way.Contains("starttls", StringComparison.Ordinal), login: way.Contains("login", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("tls", "--ssl-reqd", "-k")]
    [InlineData("auth", "--user", RelayForClients.User + ":" + RelayForClients.Password)]
    public async Task Curl(string way, params string[] options)
    {
        var to = $"curl-{way}@contoso.com";

        await Tool.RunAsync(
            "curl", Story.Directory, ["-sS", $"smtp://{Server}/device", "--mail-from", From, "--mail-rcpt", to, "--upload-file", "-", .. options],
            input: $"From: {From}\r\nTo: {to}\r\nSubject: test\r\n\r\nby {to}\r\n");

        await ArrivesAsync(to);
        await QueuedByAsync(to, tls: options.Contains("-k"), login: options.Contains("--user"));
    }

    [Theory]
    [InlineData("plain", "--tls=off")]
    [InlineData("tls", "--tls=on", "--tls-certcheck=off")]
    public async Task Msmtp(string way, params string[] options)
    {
        var to = $"msmtp-{way}@contoso.com";

        await Tool.RunAsync(
            "msmtp", Story.Directory,
            ["--host=127.0.0.1", $"--port={Story.SmtpPort}", "--auth=off", $"--from={From}", .. options, to],
            input: $"From: {From}\nTo: {to}\nSubject: test\n\nby {to}\n");

        await ArrivesAsync(to);
        await QueuedByAsync(to, tls: way == "tls", login: false);
    }

    [Fact]
    public async Task S_nail()
    {
        const string To = "s-nail@contoso.com";

        await Tool.RunAsync(
            "s-nail", Story.Directory,
            [
                "-:/", "-Sv15-compat", $"-Smta=smtp://{Server}", "-Ssmtp-auth=none", "-SDEAD=/dev/null", $"-Sfrom={From}", "-Ssendwait", "-s", "test", To,
            ],
            input: $"by {To}\n");

        await ArrivesAsync(To);
    }

    [Fact]
    public async Task Smtp_source_with_fifty_sessions()
    {
        const string To = "smtp-source@contoso.com";

        await Tool.RunAsync(
            "smtp-source", Story.Directory,
            ["-s", "50", "-m", "200", "-l", "2048", "-M", "device.contoso.com", "-f", From, "-t", To, Server]);

        await Until.True(() => MessagesTo(To).Count() == 200);
        Assert.Equal(200, Queued(To).Distinct().Count());
    }

    [Theory]
    [InlineData("swaks")]
    [InlineData("python3")]
    [InlineData("curl")]
    public async Task An_attachment_of_5_MB_arrives_as_it_was_sent(string client)
    {
        var to = $"{client}-5mb@contoso.com";
        var scan = new byte[5_000_000];
        new Random(client.Length).NextBytes(scan);
        var path = Path.Combine(Story.Directory, $"{client}.pdf");
        await File.WriteAllBytesAsync(path, scan);

        switch (client)
        {
            case "swaks":
                await Tool.RunAsync(
                    client, Story.Directory,
                    ["--silent", "--server", Server, "--from", From, "--to", to, "--attach-type", "application/pdf", "--attach", "@" + path]);
                break;
            case "curl":
                await Tool.RunAsync(
                    client, Story.Directory,
                    ["-sS", $"smtp://{Server}/device", "--mail-from", From, "--mail-rcpt", to, "-H", $"From: {From}", "-F", $"file=@{path};encoder=base64"]);
                break;
            default:
                await PythonAsync(
                    $"m['To'] = '{to}'; m.set_content('scan'); m.add_attachment(open('{path}', 'rb').read(), maintype='application', subtype='pdf')", "");
                break;
        }

        await Until.True(() => MessagesTo(to).Any());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(scan)), Convert.ToHexString(SHA256.HashData(Attachment.In(MessagesTo(to).Single().Content.Span))));
    }

    /// <param name="message">Python that completes the message m.</param>
    /// <param name="before">Python that does something with the connection s before the message is sent.</param>
    private Task PythonAsync(string message, string before) => Tool.RunAsync("python3", Story.Directory, ["-c", $"""
        import smtplib, ssl
        from email.message import EmailMessage
        context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
        m = EmailMessage(); m['From'] = '{From}'; m['Subject'] = 'test'; {message}
        with smtplib.SMTP('127.0.0.1', {Story.SmtpPort}) as s:
            s.ehlo(); {(before.Length == 0 ? "pass" : before)}
            s.send_message(m)
        """]);

    private IEnumerable<RecordedMessage> MessagesTo(string recipient) => Story.Hve!.Messages.Where(message => message.Recipients.Contains(recipient));

    private async Task ArrivesAsync(string to)
    {
        await Until.True(() => MessagesTo(to).Any());
        var message = MessagesTo(to).Single();
        Assert.StartsWith($"by {to}", System.Text.Encoding.ASCII.GetString(message.Body.Span), StringComparison.Ordinal);
        Assert.Equal([ProgramStory.Account], message.HeaderFrom);
        Assert.NotEqual(SslProtocols.None, message.Tls);
    }

    /// <summary>What the log says of the way in.</summary>
    private async Task QueuedByAsync(string to, bool tls, bool login)
    {
        var queued = $" queued id={Assert.Single(Queued(to))} ";
        await Until.True(() => Story.LogFile().Any(line => line.Contains(queued, StringComparison.Ordinal)), queued);
        var line = Story.LogFile().Single(line => line.Contains(queued, StringComparison.Ordinal));
        Assert.Contains(login ? " client=applications " : " client=scanners ", line, StringComparison.Ordinal);
        Assert.Equal(login, line.Contains($" user={RelayForClients.User} ", StringComparison.Ordinal));
        Assert.Equal(tls, line.Contains(" tls=", StringComparison.Ordinal));
    }

    /// <summary>The ids of the messages that went to this recipient.</summary>
    private IEnumerable<string> Queued(string to) => MessagesTo(to).Select(message => RelayId(System.Text.Encoding.ASCII.GetString(message.Header.Span)));

    private static string RelayId(string header) => header.Split(" id ")[1][..13];
}
