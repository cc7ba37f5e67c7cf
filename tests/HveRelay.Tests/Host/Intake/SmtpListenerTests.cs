using System.Net;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Intake;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HveRelay.Tests.Host.Intake;

/// <summary>Sessions on real sockets, under Kestrel.</summary>
public sealed class SmtpListenerTests : IntakeStory, IAsyncDisposable
{
    private readonly SessionRegistry _sessions = new();
    private readonly ListenerOptions _listener = new() { Name = "devices", MaxConnections = 3, MaxConnectionsPerClient = 2 };
    private WebApplication? _app;

    [Fact]
    public async Task A_whole_session()
    {
        await using var client = await RawSmtp.ConnectAsync(await StartAsync());
        Assert.Equal("220 relay.example ESMTP HveRelay", await client.ReadReplyAsync());
        await client.CommandAsync("EHLO printer");

        Assert.StartsWith("250 2.0.0 OK queued as ", await client.SendMessageAsync("a@contoso.com", ["b@contoso.com"], "Hello\r\n"), StringComparison.Ordinal);
        Assert.Equal("221 2.0.0 Bye", await client.CommandAsync("QUIT"));

        Assert.Null(await client.ReadLineAsync());
        await Until.True(() => _sessions.Counts.GetValueOrDefault("devices") == 0);
    }

    [Fact]
    public async Task What_came_before_the_clients_FIN_is_served()
    {
        await using var client = await RawSmtp.ConnectAsync(await StartAsync());
        await client.ReadReplyAsync();

        await client.SendAsync("HELO printer\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n" + new string('x', 200_000) + "\r\n.\r\nQUIT\r\n");
        client.CloseOutput();
        var replies = new List<string>();
        while (await client.ReadLineAsync() is { } line)
        {
            replies.Add(line);
        }

        Assert.Equal("221 2.0.0 Bye", replies[^1]);
        Assert.Single(Store.Messages);
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so_and_a_place_comes_free()
    {
        var port = await StartAsync();
        await using var first = await RawSmtp.GreetAsync(port);
        var second = await RawSmtp.GreetAsync(port);

        await using (var third = await RawSmtp.ConnectAsync(port))
        {
            Assert.Equal("421 4.7.0 relay.example Too many connections, try again later", await third.ReadReplyAsync());
            Assert.Null(await third.ReadLineAsync());
        }

        await second.DisposeAsync();
        await Until.True(() => _sessions.Counts["devices"] == 1);
        await using var fourth = await RawSmtp.ConnectAsync(port);
        Assert.StartsWith("220 ", await fourth.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_heard_the_goodbye_may_come_back_at_once()
    {
        var port = await StartAsync();
        await using var other = await RawSmtp.GreetAsync(port);

        for (var i = 0; i < 200; i++)
        {
            await using var client = await RawSmtp.ConnectAsync(port);
            Assert.StartsWith("220 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.Equal("221 2.0.0 Bye", await client.CommandAsync("QUIT"));
        }
    }

    [Fact]
    public async Task A_stop_is_told_to_the_idle()
    {
        await using var client = await RawSmtp.GreetAsync(await StartAsync());

        _sessions.StopAll();

        Assert.Equal("421 4.3.2 relay.example Shutting down, try again soon", await client.ReadReplyAsync());
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task What_came_is_served_though_Kestrel_calls_the_connection_closed()
    {
        var (client, server) = DuplexPipe.Pair();
        await using var connection = new DefaultConnectionContext("1", server, client) { ConnectionClosed = new CancellationToken(canceled: true) };
        var running = Listener().RunAsync(Known(connection));
        await client.Input.ReadAsync();

        await client.Output.WriteAsync("MAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\nHello\r\n.\r\n"u8.ToArray());
        await client.Output.CompleteAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(Store.Messages);
    }

    [Fact]
    public async Task Those_sent_away_are_heard_out_but_not_without_bound()
    {
        var listener = Listener();
        var heard = new List<Task>();
        while (heard.Count < SmtpListener.MostListenedTo)
        {
            heard.Add(await SendAwayAsync(listener));
            await Until.True(() => Clock.Waiting == heard.Count);
        }

        // All of them stay; one more is closed upon, and holds nothing.
        var last = await SendAwayAsync(listener);
        await last.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(heard, connection => connection.IsCompleted);

        Clock.Advance(SmtpListener.HearingOut);
        await Task.WhenAll(heard).WaitAsync(TimeSpan.FromSeconds(60));
        var next = await SendAwayAsync(listener);
        await Until.True(() => Clock.Waiting == 1);
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Where_TLS_comes_first_one_connection_too_many_is_closed_without_a_handshake()
    {
        var listener = Listener(TlsPolicy.Implicit);
        Task[] silent = [Connect(listener).Running, Connect(listener).Running];

        await Connect(listener).Running.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.DoesNotContain(silent, connection => connection.IsCompleted);
        Assert.Contains(Log, line => line.StartsWith("refused ", StringComparison.Ordinal) && line.Contains("reason=connections", StringComparison.Ordinal));
        Assert.Equal(2, _sessions.Counts["devices"]);
    }

    [Fact]
    public async Task A_client_that_takes_no_replies_loses_its_connection()
    {
        var (client, server) = DuplexPipe.Pair(capacity: 4096);
        await using var connection = new DefaultConnectionContext("1", server, client);
        var running = Listener().RunAsync(Known(connection));
        var sending = client.Output.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 1000)))).AsTask();

        // It may wait for a command a few times before its replies get stuck.
        while (!running.IsCompleted)
        {
            await Until.True(() => Clock.Waiting > 0 || running.IsCompleted);
            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        client.Close();
        server.Close();
        await sending;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private static DefaultConnectionContext Known(DefaultConnectionContext connection)
    {
        connection.RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50_000);
        return connection;
    }

    /// <summary>A connection whose client asks for a page of the web, hears 421, and holds on.</summary>
    private static async Task<Task> SendAwayAsync(SmtpListener listener)
    {
        var (client, running) = Connect(listener);
        await client.Input.ReadAsync();
        await client.Output.WriteAsync("GET / HTTP/1.1\r\n"u8.ToArray());
        return running;
    }

    private static (DuplexPipe Client, Task Running) Connect(SmtpListener listener)
    {
        var (client, server) = DuplexPipe.Pair();
        return (client, listener.RunAsync(Known(new DefaultConnectionContext("1", server, client))));
    }

    private SmtpListener Listener(TlsPolicy tls = TlsPolicy.None) => new(
        _listener, ServerTranscript.Options(tls) with { MaxIdleCommands = int.MaxValue }, Context(), _sessions);

    private async Task<int> StartAsync()
    {
        var listener = Listener();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Run(listener.RunAsync)));
        _app = builder.Build();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new Uri(address).Port;
    }
}
