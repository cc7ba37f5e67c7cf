using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HveRelay.Tests.Support;

/// <summary>An SMTP client that sends exactly what it is told, right or wrong. Octets are Latin-1; waits are bounded.</summary>
public sealed class RawSmtp : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;
    private int _start;
    private int _end;

    private RawSmtp(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public X509Certificate2? ServerCertificate { get; private set; }

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System).Token;

    /// <summary>Connects, and reads nothing.</summary>
    /// <param name="from">The device's own address; null: the system chooses.</param>
    public static async Task<RawSmtp> ConnectAsync(int port, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(IPAddress.Loopback, port, Soon);
        return new RawSmtp(socket);
    }

    /// <summary>Connects, reads the greeting, says EHLO, and begins TLS and says EHLO again when a certificate is given.</summary>
    public static async Task<RawSmtp> GreetAsync(int port, string? certificatePem = null, IPAddress? from = null)
    {
        var client = await ConnectAsync(port, from);
        await client.ReadReplyAsync();
        await client.CommandAsync("EHLO relay.contoso.com");
        if (certificatePem is not null)
        {
            await client.CommandAsync("STARTTLS");
            await client.BeginTlsAsync(certificatePem);
            await client.CommandAsync("EHLO relay.contoso.com");
        }

        return client;
    }

    /// <summary>The handshake, trusting exactly this certificate.</summary>
    /// <exception cref="AuthenticationException">It failed, or the server showed another certificate.</exception>
    public async Task BeginTlsAsync(string certificatePem, SslProtocols protocols = SslProtocols.None, string host = "localhost")
    {
        using var trusted = X509Certificate2.CreateFromPem(certificatePem);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = protocols,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            Soon);
        ServerCertificate = (X509Certificate2?)tls.RemoteCertificate;
        _stream = tls;
    }

    public ValueTask SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public ValueTask SendAsync(ReadOnlyMemory<byte> octets) => _stream.WriteAsync(octets, Soon);

    /// <summary>One command, with its CRLF, and its reply.</summary>
    public async Task<string> CommandAsync(string line)
    {
        await SendAsync(line + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>One reply, its lines parted by LF, without the last line end.</summary>
    /// <exception cref="EndOfStreamException">The connection was closed.</exception>
    public async Task<string> ReadReplyAsync()
    {
        var reply = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new EndOfStreamException($"closed after '{reply}'");
            reply.Append(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return reply.ToString();
            }

            reply.Append('\n');
        }
    }

    /// <summary>A line without its CRLF; null: the connection was closed.</summary>
    public async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (await ReadOctetAsync() is { } octet)
        {
            line.Append((char)octet);
            if (octet == '\n')
            {
                return line.ToString().TrimEnd('\r', '\n');
            }
        }

        return line.Length == 0 ? null : line.ToString();
    }

    public async Task<byte?> ReadOctetAsync()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, await _stream.ReadAsync(_buffer, Soon));
            if (_end == 0)
            {
                return null;
            }
        }

        return _buffer[_start++];
    }

    public Task<string> LoginAsync(string user, string password) =>
        CommandAsync($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"))}");

    /// <summary>A whole transaction; the answer is the reply to the first command that was refused, or to the final dot.</summary>
    /// <param name="content">Stuffed already, with CRLF at its end and without the final dot.</param>
    public async Task<string> SendMessageAsync(string from, IEnumerable<string> recipients, string content)
    {
        foreach (var command in new[] { $"MAIL FROM:<{from}>" }.Concat(recipients.Select(to => $"RCPT TO:<{to}>")).Append("DATA"))
        {
            var reply = await CommandAsync(command);
            if (reply[0] is '4' or '5')
            {
                return reply;
            }
        }

        return await CommandAsync(content + ".");
    }

    /// <summary>Half of the goodbye: the server sees the end, and can still answer.</summary>
    public void CloseOutput() => _socket.Shutdown(SocketShutdown.Send);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }
}
