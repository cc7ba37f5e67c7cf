using System.Net;
using System.Net.Security;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Intake;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Tests.Host.Intake;

/// <summary>Connections that come through a proxy. The client is at 192.0.2.7, which an entry of Clients covers.</summary>
public sealed class ProxyDoorTests : IntakeStory
{
    private const string Header = "PROXY TCP4 192.0.2.7 10.0.0.1 50000 25\r\n";
    private readonly ListenerOptions _listener = new() { Name = "devices", TrustedProxies = ["203.0.113.0/24"], MaxConnectionsPerClient = 1 };
    private readonly SessionRegistry _sessions = new();
    private readonly List<string> _seen = [];
    private IntakeContext? _context;

    [Theory]
    [InlineData("203.0.113.1")]
    [InlineData("::ffff:203.0.113.1")]
    public async Task The_client_behind_a_trusted_proxy_is_the_client(string proxy)
    {
        Assert.Equal(["220 relay.example ESMTP HveRelay"], await HearAsync(proxy, Header));
        Assert.Equal("connected client=scanners ip=192.0.2.7 listener=devices", Assert.Single(Log));
    }

    [Fact]
    public async Task The_client_s_limits_are_the_client_s_own()
    {
        Assert.True(_sessions.TryEnter(_listener, IPAddress.Parse("192.0.2.8")));
        Assert.True(_sessions.TryEnter(_listener, IPAddress.Parse("203.0.113.1")));
        Assert.Equal(["220 relay.example ESMTP HveRelay"], await HearAsync("203.0.113.1", Header));

        Assert.True(_sessions.TryEnter(_listener, IPAddress.Parse("192.0.2.7")));
        Assert.Equal(["421 4.7.0 relay.example Too many connections, try again later"], await HearAsync("203.0.113.1", Header));
    }

    [Fact]
    public async Task A_header_from_anybody_else_is_what_comes_before_the_greeting()
    {
        Assert.Equal(["554 5.5.1 Wait for the greeting"], await HearAsync("192.0.2.99", Header));
        Assert.Equal("ip=192.0.2.99", Log[^1].Split(' ')[2]);
    }

    [Fact]
    public async Task A_proxy_may_not_leave_it_out()
    {
        Assert.Equal(["421 4.7.0 relay.example No PROXY header that can be understood, closing"], await HearAsync("203.0.113.1", "EHLO printer\r\n"));
        Assert.Equal(
            "refused ip=203.0.113.1 reason=proxy reply=\"421 4.7.0 relay.example No PROXY header that can be understood, closing\" listener=devices", Assert.Single(Log));
        Assert.Equal(["203.0.113.1 proxy"], _seen);
    }

    [Fact]
    public async Task A_header_may_be_cut_off() =>
        Assert.Equal(["421 4.7.0 relay.example The PROXY header is cut off, closing"], await HearAsync("203.0.113.1", Header[..^1]));

    [Fact]
    public async Task Where_the_header_names_nobody_the_proxy_is_the_client() =>
        Assert.StartsWith("554 5.7.1 203.0.113.1 is not a client", Assert.Single(await HearAsync("203.0.113.1", "PROXY UNKNOWN\r\n")), StringComparison.Ordinal);

    [Fact]
    public async Task What_comes_with_the_header_came_before_the_greeting() =>
        Assert.Equal(["554 5.5.1 Wait for the greeting"], await HearAsync("203.0.113.1", Header + "EHLO printer\r\n"));

    [Fact]
    public async Task A_header_has_its_time_however_slowly_it_trickles()
    {
        var (client, server) = DuplexPipe.Pair();
        await using var connection = Connection("203.0.113.1", client, server);
        var running = Listener(TlsPolicy.None).RunAsync(connection);
        await client.Output.WriteAsync("PROXY "u8.ToArray());
        await Until.True(() => Clock.Waiting > 0);

        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("421 4.7.0 relay.example No PROXY header in time, closing", await new StreamReader(client.Input.AsStream()).ReadLineAsync());
        await EndAsync(running);
    }

    [Fact]
    public async Task The_header_comes_before_implicit_TLS()
    {
        var (client, server) = DuplexPipe.Pair();
        await using var connection = Connection("203.0.113.1", client, server);
        var running = Listener(TlsPolicy.Implicit).RunAsync(connection);
        await client.Output.WriteAsync(Encoding.ASCII.GetBytes(Header));

        await using (var tls = new SslStream(new DuplexPipeStream(client)))
        {
            await tls.AuthenticateAsClientAsync(ServerTranscript.ClientOptions());
            var line = new byte[100];
            Assert.StartsWith("220 ", Encoding.ASCII.GetString(line, 0, await tls.ReadAsync(line)), StringComparison.Ordinal);
        }

        client.Close();
        await EndAsync(running);
        Assert.Equal("connected client=scanners ip=192.0.2.7 listener=devices", Log[0]);
    }

    /// <summary>All that a connection hears which sends this at once and then no more.</summary>
    private async Task<List<string>> HearAsync(string from, string sends)
    {
        var (client, server) = DuplexPipe.Pair();
        await using var connection = Connection(from, client, server);
        await client.Output.WriteAsync(Encoding.Latin1.GetBytes(sends));
        await client.Output.CompleteAsync();
        var running = Listener(TlsPolicy.None).RunAsync(connection);
        var lines = new List<string>();
        var reader = new StreamReader(client.Input.AsStream());
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await EndAsync(running);
        _seen.AddRange(_context!.Clients.Take().Refusals.Select(refusal => $"{refusal.Address} {refusal.Reason}"));
        return lines;
    }

    /// <summary>The listener gives the client a minute to take the last reply.</summary>
    private async Task EndAsync(Task running)
    {
        while (!running.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await running;
    }

    private static DefaultConnectionContext Connection(string from, DuplexPipe client, DuplexPipe server) =>
        new("1", server, client) { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 40_000) };

    private SmtpListener Listener(TlsPolicy tls) => new(_listener, ServerTranscript.Options(tls), _context = Context(), _sessions);
}
