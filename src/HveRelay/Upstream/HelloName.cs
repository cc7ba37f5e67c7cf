using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HveRelay.Upstream;

/// <summary>What we call ourselves in EHLO.</summary>
internal static class HelloName
{
    /// <summary>The configured name, else the machine's where it is a full one, else our address (RFC 5321 section 4.1.4).</summary>
    public static string Choose(string configured, string machine, IPAddress local)
    {
        if (configured.Length > 0)
        {
            return configured;
        }

        // "localhost.localdomain" is what a machine calls itself that nobody has named.
        var isFull = machine.Contains('.', StringComparison.Ordinal)
            && !machine.StartsWith("localhost", StringComparison.OrdinalIgnoreCase)
            && machine.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.');
        return isFull ? machine : Literal(local);
    }

    /// <summary>The machine's name with its domain, where it has one.</summary>
    public static string OfMachine()
    {
        var properties = IPGlobalProperties.GetIPGlobalProperties();
        return properties.DomainName.Length == 0 || properties.HostName.Contains('.', StringComparison.Ordinal)
            ? properties.HostName
            : $"{properties.HostName}.{properties.DomainName}";
    }

    /// <summary>RFC 5321 section 4.1.3.</summary>
    private static string Literal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[IPv6:{new IPAddress(address.GetAddressBytes())}]"
            : $"[{address}]";
    }
}
