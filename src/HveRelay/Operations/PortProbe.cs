using System.Net;
using System.Net.Sockets;
using HveRelay.Configuration;

namespace HveRelay.Operations;

/// <summary>Finds out which of the addresses could not be bound, and says why in a sentence.</summary>
internal static class PortProbe
{
    public static RelayStartException Explain(RelayOptions options, Exception failed) => Faults(options).FirstOrDefault() switch
    {
        (null, _, _) => new RelayStartException("Listeners", failed.Message, failed),
        var (key, _, sentence) => new RelayStartException(key, sentence, failed),
    };

    /// <summary>Where a program on this machine reaches what listens there.</summary>
    public static IPEndPoint Target(string listening, int port)
    {
        var address = IPAddress.Parse(listening);
        return new IPEndPoint(
            address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address, port);
    }

    /// <summary>Those that cannot be bound now.</summary>
    public static IEnumerable<(string Key, SocketError Error, string Sentence)> Faults(RelayOptions options)
    {
        foreach (var (key, address, port) in Endpoints(options))
        {
            if (Refusal(address, port) is { } refused)
            {
                yield return ($"{key}.{(refused == SocketError.AddressNotAvailable ? "Address" : "Port")}", refused, Sentence(refused, address, port));
            }
        }
    }

    /// <summary>Addresses that this machine does not have, whether their ports are free or not.</summary>
    public static IEnumerable<(string Key, string Sentence)> Elsewhere(RelayOptions options) =>
        from endpoint in Endpoints(options)
        where Refusal(endpoint.Address, port: 0) == SocketError.AddressNotAvailable
        select ($"{endpoint.Key}.Address", Sentence(SocketError.AddressNotAvailable, endpoint.Address, endpoint.Port));

    private static SocketError? Refusal(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode;
        }
    }

    private static IEnumerable<(string Key, IPAddress Address, int Port)> Endpoints(RelayOptions options)
    {
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            yield return ($"Listeners[{i}]", IPAddress.Parse(options.Listeners[i].Address), options.Listeners[i].Port);
        }

        if (options.Web.Port > 0)
        {
            yield return ("Web", IPAddress.Parse(options.Web.Address), options.Web.Port);
        }
    }

    private static string Sentence(SocketError error, IPAddress address, int port) => error switch
    {
        SocketError.AddressAlreadyInUse => $"{new IPEndPoint(address, port)} is in use by another program",
        SocketError.AccessDenied => $"no right to listen on {new IPEndPoint(address, port)}: ports below 1024 need CAP_NET_BIND_SERVICE on Linux",
        SocketError.AddressNotAvailable => $"{address} is no address of this machine",
        _ => $"cannot listen on {new IPEndPoint(address, port)}: {error}",
    };
}
