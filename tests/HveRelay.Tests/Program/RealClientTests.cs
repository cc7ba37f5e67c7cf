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
    /// <summary>Connections that one address may have.</summary>
    public const int Places = 50;

    public const string User = "erp";
    public const string Password = "p w&=1";

    private readonly Lazy<Task<PostfixClient>> _postfix;
    private ProgramStory? _story;

    public RelayForClients() => _postfix = new(() => PostfixClient.StartAsync(Story.SmtpPort, Story.Directory));

    internal ProgramStory Story => _story ?? throw new InvalidOperationException("It does not run");

    public async ValueTask InitializeAsync()
    {
        var hash = PasswordHash.Create(Password, new byte[PasswordHash.SaltLength], rounds: 1000);
        _story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Listeners"]![0]!["MaxConnectionsPerClient"] = Places;
            configuration["Users"] = new JsonArray(new JsonObject { ["Name"] = User, ["PasswordHash"] = hash });
            configuration["Clients"]!.AsArray().Insert(0, new JsonObject
            {
                ["Name"] = "applications", ["Networks"] = new JsonArray("127.0.0.0/8"), ["Users"] = new JsonArray(User),
            });
        });
        await _story.StartAsync();
    }

    /// <summary>One for all ways: it takes a second and more to start. Where it is not installed the test is skipped.</summary>
    internal Task<PostfixClient> PostfixAsync() => _postfix.Value;

    public async ValueTask DisposeAsync()
    {
        if (_postfix is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: var postfix } })
        {
            await postfix.DisposeAsync();
        }

        if (_story is not null)
        {
            await _story.DisposeAsync();
        }
    }
}

/// <summary>The clients that administrators have at hand get their messages through. Each test has a recipient of its own.</summary>
public sealed class RealClientTests(RelayForClients relay) : IClassFixture<RelayForClients>
{
    private const string From = Way.From;

    private ProgramStory Story => relay.Story;

    private string Server => $"127.0.0.1:{Story.SmtpPort}";

    /// <summary>Every client, with TLS and without, with each login and without.</summary>
    public static TheoryData<string, bool, string> Ways { get; } =
        [.. from client in MailClients.All.Keys from way in Way.All select (client, way.Tls, way.Login)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Delivers(string client, bool tls, string login)
    {
        var way = new Way(relay, client, tls, login);

        await MailClients.All[client](way);

        await ArrivesAsync(way.To);
        await QueuedByAsync(way.To, tls, login: way.LogsIn);
    }

    [Fact]
    public async Task Smtp_source_with_fifty_sessions_that_come_back_at_once_to_fifty_places()
    {
        const string To = "smtp-source@contoso.com";

        await Tool.RunAsync(
            "smtp-source", Story.Directory,
            ["-s", $"{RelayForClients.Places}", "-m", "200", "-l", "2048", "-M", "device.contoso.com", "-f", From, "-t", To, Server]);

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
                await Tool.RunAsync("python3", Story.Directory, ["-c", $"""
                    import smtplib
                    from email.message import EmailMessage
                    m = EmailMessage(); m['From'] = '{From}'; m['To'] = '{to}'; m['Subject'] = 'test'; m.set_content('scan')
                    m.add_attachment(open('{path}', 'rb').read(), maintype='application', subtype='pdf')
                    with smtplib.SMTP('127.0.0.1', {Story.SmtpPort}) as s: s.send_message(m)
                    """]);
                break;
        }

        await Until.True(() => MessagesTo(to).Any());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(scan)), Convert.ToHexString(SHA256.HashData(Attachment.In(MessagesTo(to).Single().Content.Span))));
    }

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
