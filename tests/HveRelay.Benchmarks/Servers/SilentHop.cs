using System.Net;
using System.Net.Sockets;

namespace HveRelay.Benchmarks.Servers;

/// <summary>A next hop that takes connections and never greets: with it a relay only accepts.</summary>
internal sealed class SilentHop : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentHop() => _listener.Start(backlog: 64);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();
}
