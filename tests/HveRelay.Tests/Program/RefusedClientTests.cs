using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Policy;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>
/// Whoever is turned away stands in the log with the reason, and <c>clients show</c> tells it of the address: one daemon, and of each
/// kind of refusal one client with an address of its own.
/// </summary>
public sealed class RefusedClientTests
{
    private const string Wrong = "AUTH PLAIN AGVycABmYWxzY2g=\r\n";
    private const string Mail = "MAIL FROM:<a@contoso.com>\r\n";

    private readonly int _tlsPort = FreePort.Next();
    private readonly int _proxyPort = FreePort.Next();

    [Fact]
    public async Task Each_kind_of_refusal_is_logged_and_shown()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs more addresses on loopback");
        var openssl = Tool.Require("openssl");
        await using var story = ProgramStory.BeginWithoutHve(Configure);
        await story.StartAsync();
        (string Address, string Reason, string Reply, Func<string, Task> Do)[] cases =
        [
            ("127.0.2.1", "unknown client", "554 5.7.1 127.0.2.1 is not a client", address => SayAsync(address, story.SmtpPort)),
            ("127.0.1.1", "connections", "421 4.7.0 relay.contoso.com Too many connections", address => HoldAsync(address, story.SmtpPort, 2)),
            ("127.0.1.2", "login: wrong password", "535 5.7.8 ", address => SayAsync(address, story.SmtpPort, "EHLO x\r\n", Wrong)),
            ("127.0.1.3", "login limit", "421 4.7.0 relay.contoso.com Too many failed logins", address => GuessAsync(address, story.SmtpPort)),
            ("127.0.1.4", "tls required", "530 5.7.0 ", address => SayAsync(address, story.SmtpPort, "EHLO x\r\n", Mail)),
            ("127.0.1.5", "rate", "450 4.7.1 ", address => SayAsync(address, story.SmtpPort, Mail, "RSET\r\n", Mail)),
            ("127.0.1.6", "errors", "421 4.7.0 relay.contoso.com Too many errors", address => SayAsync(address, story.SmtpPort, string.Concat(Enumerable.Repeat("X\r\n", 20)))),
            ("127.0.1.7", "spoke before the greeting", "554 5.5.1 Wait for the greeting", address => SpeakEarlyAsync(address, story.SmtpPort, "EHLO x\r\n")),
            ("127.0.1.8", "http", "421 4.7.0 ", address => SayAsync(address, story.SmtpPort, "GET / HTTP/1.1\r\n\r\n")),
            ("127.0.1.9", "tls before starttls", "421 4.7.0 ", address => SayAsync(address, story.SmtpPort, "\x16\x03\x01\x02\x00\x01")),
            ("127.0.1.10", "proxy", "421 4.7.0 ", address => SayAsync(address, story.SmtpPort, "PROXY TCP4 192.0.2.7 10.0.0.1 50000 25\r\n")),
            ("127.0.1.11", "proxy", "421 4.7.0 relay.contoso.com No PROXY header", address => SayFirstAsync(address, _proxyPort, "EHLO x\r\n")),
            ("127.0.1.12", "not tls", "554 not TLS: HTTP", address => SayFirstAsync(address, _tlsPort, "GET / HTTP/1.1\r\n\r\n")),
            ("127.0.1.13", "not tls", "554 not TLS: SMTP without TLS", address => SayFirstAsync(address, _tlsPort, "EHLO x\r\n")),
            ("127.0.1.14", "not tls", "554 not TLS: '?garbage?'", address => SayAsync(address, story.SmtpPort, "EHLO x\r\n", "STARTTLS\r\n", "\x01garbage\n")),
            ("127.0.1.15", "tls handshake", "offered TLSv1.1 at most, ", address => OldTlsAsync(openssl, address, _tlsPort, story.Directory, "-tls1_1")),
            ("127.0.1.16", "tls handshake", "offered TLSv1.0 at most, ", address => OldTlsAsync(openssl, address, story.SmtpPort, story.Directory, "-tls1", "-starttls", "smtp")),
            ("127.0.1.17", "size", "552 5.3.4 ", address => SayAsync(address, story.SmtpPort, "MAIL FROM:<a@contoso.com> SIZE=99999999999\r\n")),
            ("127.0.1.18", "line too long", "421 4.7.0 relay.contoso.com Line without end", address => SayAsync(address, story.SmtpPort, new string('x', 120_000))),
        ];

        await Task.WhenAll(cases.Select(each => each.Do(each.Address)));

        foreach (var (address, reason, reply, _) in cases)
        {
            // It is written every few seconds, beside us.
            var refusals = await RefusalsAsync(story, address, reason);
            Assert.Contains(refusals, refusal => refusal.Reason == reason && refusal.Reply.Contains(reply, StringComparison.Ordinal));
            var word = reason.Contains(' ', StringComparison.Ordinal) ? $"\"{reason}\"" : reason;
            await Until.True(() => story.LogFile().Any(line => line.Contains(" WRN refused ", StringComparison.Ordinal)
                && line.Contains($" ip={address} ", StringComparison.Ordinal) && line.Contains($" reason={word} ", StringComparison.Ordinal)
                && line.Contains(reply, StringComparison.Ordinal)));
        }

        Assert.Contains(
            await RefusalsAsync(story, "127.0.1.15", "tls handshake"),
            refusal => refusal.Reply.EndsWith("SNI relay.contoso.com", StringComparison.Ordinal) && refusal.Reply.Contains("unsupported protocol", StringComparison.Ordinal));
    }

    private void Configure(JsonNode configuration)
    {
        var devices = configuration["Listeners"]![0]!;
        devices["MaxConnectionsPerClient"] = 2;
        configuration["Listeners"]!.AsArray().Add(
            new JsonObject { ["Name"] = "implicit", ["Address"] = "127.0.0.1", ["Port"] = _tlsPort, ["Tls"] = "Implicit", ["MinimumTls"] = "1.2" });
        configuration["Listeners"]!.AsArray().Add(new JsonObject
        {
            ["Name"] = "proxied", ["Address"] = "127.0.0.1", ["Port"] = _proxyPort, ["TrustedProxies"] = new JsonArray("127.0.1.11"),
        });
        configuration["Users"] = new JsonArray(new JsonObject
        {
            ["Name"] = "erp", ["PasswordHash"] = PasswordHash.Create("geheim", new byte[PasswordHash.SaltLength], rounds: 1000),
        });
        configuration["Clients"] = new JsonArray(
            new JsonObject { ["Name"] = "erp", ["Networks"] = new JsonArray("127.0.1.2/31"), ["Users"] = new JsonArray("erp") },
            new JsonObject { ["Name"] = "careful", ["Networks"] = new JsonArray("127.0.1.4"), ["RequireTls"] = true },
            new JsonObject { ["Name"] = "slow", ["Networks"] = new JsonArray("127.0.1.5"), ["MessagesPerMinute"] = 1 },
            new JsonObject { ["Name"] = "scanners", ["Networks"] = new JsonArray("127.0.1.0/24") });
    }

    private static async Task<List<(string Reason, string Reply)>> RefusalsAsync(ProgramStory story, string address, string reason)
    {
        for (var round = 0; round < 100; round++)
        {
            var ended = await story.RunAsync("clients", "show", address, "--json");
            if (ended.Status == 0)
            {
                using var shown = JsonDocument.Parse(ended.Output);
                var refusals = shown.RootElement.GetProperty("refusals").EnumerateArray()
                    .Select(refusal => (refusal.GetProperty("reason").GetString()!, refusal.GetProperty("reply").GetString()!)).ToList();
                if (refusals.Any(refusal => refusal.Item1 == reason))
                {
                    return refusals;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        throw new TimeoutException($"{address} was not shown with '{reason}'");
    }

    private static async Task<NetworkStream> ConnectAsync(string address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Waits for the greeting, says each thing once the one before is answered, and hears what is said until the end.</summary>
    private static async Task SayAsync(string address, int port, params string[] words)
    {
        await using var stream = await ConnectAsync(address, port);
        foreach (var each in words)
        {
            await HearAsync(stream);
            await SayAsync(stream, each);
        }

        await HearAsync(stream);
        stream.Socket.Shutdown(SocketShutdown.Send);
        await HearToTheEndAsync(stream);
    }

    /// <summary>As above, where the client begins.</summary>
    private static async Task SayFirstAsync(string address, int port, string words)
    {
        await using var stream = await ConnectAsync(address, port);
        await SayAsync(stream, words);
        await HearToTheEndAsync(stream);
    }

    /// <summary>Speaks with its SYN's heels: the relay may be faster once, and is tried again.</summary>
    private static async Task SpeakEarlyAsync(string address, int port, string words)
    {
        for (var round = 0; round < 50; round++)
        {
            // A proxied greeting waits; this one does not. What is sent before the accept lies there when the session begins.
            await using var stream = await ConnectAsync(address, port);
            await SayAsync(stream, words);
            stream.Socket.Shutdown(SocketShutdown.Send);
            if ((await HearToTheEndAsync(stream)).StartsWith("554 ", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new TimeoutException("The relay always greeted first");
    }

    /// <summary>So many connections at once, and one more.</summary>
    private static async Task HoldAsync(string address, int port, int count)
    {
        var held = new List<NetworkStream>();
        for (var i = 0; i < count; i++)
        {
            held.Add(await ConnectAsync(address, port));
            await HearAsync(held[^1]);
        }

        await SayAsync(address, port);
        foreach (var each in held)
        {
            await each.DisposeAsync();
        }
    }

    /// <summary>Two sessions at once, each reply takes two seconds.</summary>
    private static async Task GuessAsync(string address, int port)
    {
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SayAsync(address, port, ["EHLO x\r\n", .. Enumerable.Repeat(Wrong, LoginLimit.MostFailures / 2)])));
        await SayAsync(address, port, "EHLO x\r\n", Wrong);
    }

    private static async Task OldTlsAsync(string openssl, string address, int port, string directory, params string[] options)
    {
        var ended = await ChildProcess.RunAsync(
            openssl,
            ["s_client", "-connect", $"127.0.0.1:{port}", "-bind", $"{address}:0", "-servername", "relay.contoso.com", "-cipher", "DEFAULT@SECLEVEL=0", .. options],
            directory);
        Assert.NotEqual(0, ended.Status);
    }

    private static async Task SayAsync(NetworkStream stream, string words)
    {
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(words));
        }
        catch (IOException)
        {
            // It was sent away in the midst of it.
        }
    }

    /// <summary>What one read brings: a reply, as the relay sends it in one piece.</summary>
    private static async Task<string> HearAsync(NetworkStream stream)
    {
        var octets = new byte[16 * 1024];
        try
        {
            using var net = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
            return Encoding.Latin1.GetString(octets, 0, await stream.ReadAsync(octets, net.Token));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static async Task<string> HearToTheEndAsync(NetworkStream stream)
    {
        var all = new StringBuilder();
        while (await HearAsync(stream) is { Length: > 0 } more)
        {
            all.Append(more);
        }

        return all.ToString();
    }
}
