using System.Net;
using System.Net.Sockets;
using HveRelay.Smtp;

namespace HveRelay.Upstream;

/// <summary>From a name to a TCP connection: all addresses in the resolver's order, each with the whole time-out.</summary>
internal sealed class Dialer(TimeSpan timeout, TimeProvider clock)
{
    /// <summary>A name with more addresses than that has the others tried at the next attempt, since resolvers rotate them.</summary>
    private const int MostAddresses = 8;

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public Func<IPEndPoint, CancellationToken, Task<Socket>> Connect { get; init; } = ConnectAsync;

    /// <summary>A connected socket, or why there is none.</summary>
    public async Task<(Socket? Socket, SmtpFailure? Failure)> DialAsync(string host, int port, CancellationToken cancel)
    {
        var (addresses, why) = await AddressesAsync(host, cancel);
        if (addresses.Length == 0)
        {
            return (null, Failed(Breakage.Dns, $"The name {host} has no address: {why}."));
        }

        var tried = new List<string>();
        var breakage = Breakage.TimedOut;
        foreach (var address in addresses.Take(MostAddresses))
        {
            using var limit = new CancellationTokenSource(timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
            try
            {
                return (await Connect(new IPEndPoint(address, port), either.Token), null);
            }
            catch (OperationCanceledException)
            {
                cancel.ThrowIfCancellationRequested();
                tried.Add($"{Named(address)}did not answer within {timeout}");
            }
            catch (SocketException refused)
            {
                tried.Add(Named(address) + refused.Message);
                breakage = Breakage.Unreachable;
            }
        }

        // Where the host is an address, it is named once.
        string Named(IPAddress address) => IPAddress.TryParse(host, out var same) && same.Equals(address) ? string.Empty : $"{address}: ";

        return (null, Failed(breakage, $"No connection to {host} port {port}: {string.Join("; ", tried)}."));
    }

    private async Task<(IPAddress[] Addresses, string Why)> AddressesAsync(string host, CancellationToken cancel)
    {
        try
        {
            // The system's resolver does not always let itself be cancelled; we do not wait for it then.
            return (await Resolve(host, cancel).WaitAsync(timeout, clock, cancel), "the answer is empty");
        }
        catch (SocketException unknown)
        {
            return ([], unknown.Message);
        }
        catch (TimeoutException)
        {
            return ([], $"the resolver did not answer within {timeout}");
        }
        catch (ArgumentException notAName)
        {
            return ([], notAName.Message);
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancel)
    {
        // Commands are small and each is waited for: Nagle's algorithm would hold them back.
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SmtpFailure Failed(Breakage breakage, string detail) => new(Stage.Connect, null, breakage, detail);
}
