using System.Net;
using System.Net.Security;
using System.Text;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Support;

/// <summary>A session under way in memory, and its client, which does what a test tells it.</summary>
public sealed class LiveSession : IAsyncDisposable
{
    private readonly DuplexPipe _client;
    private readonly DuplexPipe _server;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;

    public LiveSession(
        ISmtpService service, SmtpSessionOptions? options = null, string early = "", Arrival arrival = Arrival.Whole, int capacity = 64 * 1024)
    {
        (_client, _server) = DuplexPipe.Pair(arrival, capacity);
        _stream = new DuplexPipeStream(_client);
        if (early.Length > 0)
        {
            _client.Output.WriteAsync(Encoding.Latin1.GetBytes(early)).AsTask().Wait();
        }

        Info = new SessionInfo(IPAddress.Parse("::ffff:192.0.2.7"), 50_000, "test");
        Session = new SmtpSession(Info, _server, options ?? ServerTranscript.Options(TlsPolicy.None), service, Clock);
        Ended = RunAsync();
    }

    public ManualClock Clock { get; } = new();

    public SessionInfo Info { get; }

    public SmtpSession Session { get; }

    /// <summary>The session is over, and its end of the connection closed.</summary>
    public Task<SessionEnd> Ended { get; }

    public Task<SessionEnd> EndAsync() => Ended.WaitAsync(TimeSpan.FromSeconds(60));

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        await _stream.WriteAsync(octets);
        await _stream.FlushAsync();
    }

    /// <summary>What one read brings, at most.</summary>
    public async Task<string> ReadAsync()
    {
        using var net = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        return Encoding.UTF8.GetString(_buffer, 0, await _stream.ReadAsync(_buffer, net.Token));
    }

    /// <summary>All that comes until so many line ends, or the end.</summary>
    public async Task<string> ReadLinesAsync(int count)
    {
        var text = string.Empty;
        while (text.Count(character => character == '\n') < count && await ReadAsync() is { Length: > 0 } more)
        {
            text += more;
        }

        return text;
    }

    public async Task<string> ReadToEndAsync() => await ReadLinesAsync(int.MaxValue);

    public async Task HandshakeAsync(SslClientAuthenticationOptions? options = null)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(options ?? ServerTranscript.ClientOptions());
        _stream = tls;
    }

    /// <summary>The client has no more to say.</summary>
    public ValueTask FinishAsync() => _client.Output.CompleteAsync();

    /// <summary>The client is gone.</summary>
    public void Vanish() => _client.Close();

    public async ValueTask DisposeAsync()
    {
        Vanish();
        await EndAsync();
    }

    private async Task<SessionEnd> RunAsync()
    {
        try
        {
            await using (Session)
            {
                return await Session.RunAsync(CancellationToken.None);
            }
        }
        finally
        {
            _server.Close();
        }
    }
}
