using System.Net;
using System.Net.Sockets;

namespace HveRelay.Tests.Support;

/// <summary>
/// Ports for servers that have to be told theirs. All lie below those that the system gives to outgoing connections (32768 and up
/// on Linux, 49152 and up elsewhere), so that no connection of another test takes one before its server does; none comes twice.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 20_000;

    private static int _next = Environment.ProcessId * 101 % Count;

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }
}
