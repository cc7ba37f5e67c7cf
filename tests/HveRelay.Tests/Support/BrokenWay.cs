using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace HveRelay.Tests.Support;

/// <summary>A way to PostgreSQL on which answers get lost: what goes there arrives, and nobody hears of it.</summary>
internal sealed class BrokenWay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private readonly int _port;
    private readonly Task _accepting;
    private volatile bool _swallows;

    public BrokenWay(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        _port = builder.Port;
        _listener.Start();
        builder.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = builder.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    public void SwallowAnswers() => _swallows = true;

    /// <summary>All connections break; new ones work.</summary>
    public void BreakAndHeal()
    {
        lock (_open)
        {
            _open.ForEach(each => each.Dispose());
            _open.Clear();
        }

        _swallows = false;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        BreakAndHeal();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync();
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _port);
                lock (_open)
                {
                    _open.AddRange([near, far]);
                }

                _ = PassAsync(near, far, () => false);
                _ = PassAsync(far, near, () => _swallows);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is over.
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to, Func<bool> swallows)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var length)
            {
                if (!swallows())
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
                }
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // As it was meant to.
        }

        to.Dispose();
    }
}
