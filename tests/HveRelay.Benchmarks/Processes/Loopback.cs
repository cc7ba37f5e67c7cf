using System.Net;
using System.Net.Sockets;

namespace HveRelay.Benchmarks.Processes;

/// <summary>Ports on 127.0.0.1.</summary>
internal static class Loopback
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until a server greets on the port.</summary>
    /// <exception cref="BenchmarkException">It did not in time, or its process ended; with what it said.</exception>
    public static async Task WaitForGreetingAsync(int port, ChildProcess server, TimeProvider clock, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < Patience && !server.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancel);
                using var reader = new StreamReader(client.GetStream());
                var greeting = await reader.ReadLineAsync(cancel).AsTask().WaitAsync(Patience, clock, cancel);
                if (greeting?.StartsWith("220", StringComparison.Ordinal) == true)
                {
                    await client.GetStream().WriteAsync("QUIT\r\n"u8.ToArray(), cancel);
                    return;
                }
            }
            catch (Exception notYet) when (notYet is SocketException or IOException)
            {
                // Not bound yet.
            }

            await Task.Delay(Pause, clock, cancel);
        }

        throw new BenchmarkException($"{server.Name} does not greet on port {port}: {server.LastWords()}");
    }
}
