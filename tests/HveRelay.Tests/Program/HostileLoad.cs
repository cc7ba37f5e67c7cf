using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HveRelay.Tests.Program;

/// <summary>Clients that want nothing but a listener's strength, until they are told to stop.</summary>
internal sealed class HostileLoad(int port) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _idle = [];
    private readonly List<Task> _running = [];
    private long _flooded;
    private int _closed;

    /// <summary>Octets of lines without end that were taken from us.</summary>
    public long Flooded => Interlocked.Read(ref _flooded);

    /// <summary>How often a sender of such a line was closed, and came back.</summary>
    public int Closed => _closed;

    /// <summary>The sessions that have said EHLO, been answered and fallen silent, and that are still open.</summary>
    public int StillIdle => _idle.Count(socket => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0));

    public async Task FallSilentAsync(int sessions)
    {
        for (var begun = 0; begun < sessions; begun += 50)
        {
            var some = await Task.WhenAll(Enumerable.Range(0, Math.Min(50, sessions - begun)).Select(_ => GreetAsync()));
            foreach (var socket in some)
            {
                await HearAsync(socket, "EHLO idle\r\n");
            }

            _idle.AddRange(some);
        }
    }

    /// <summary>Each session feeds an octet a second.</summary>
    public async Task TrickleAsync(int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            _running.Add(TrickleAsync(await GreetAsync()));
        }
    }

    /// <summary>Each session sends a line of 100 MB; closed, it comes back for the rest, and then for the next line.</summary>
    public void Flood(int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            _running.Add(Task.Run(FloodAsync));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var socket in _idle)
        {
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private async Task TrickleAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                while (true)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, _stop.Token);
                    await socket.SendAsync("x"u8.ToArray(), _stop.Token);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Enough.
            }
        }
    }

    private async Task FloodAsync()
    {
        var octets = new byte[64 * 1024];
        Array.Fill(octets, (byte)'x');
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await GreetAsync();
                for (var sent = 0; sent < 100_000_000; sent += octets.Length)
                {
                    Interlocked.Add(ref _flooded, await socket.SendAsync(octets, _stop.Token));
                }
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _closed);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<Socket> GreetAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
        await HearAsync(socket, string.Empty);
        return socket;
    }

    private async Task HearAsync(Socket socket, string after)
    {
        var octets = new byte[1024];
        await socket.SendAsync(Encoding.ASCII.GetBytes(after), _stop.Token);
        using var net = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        net.CancelAfter(TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, await socket.ReceiveAsync(octets, net.Token));
    }
}
