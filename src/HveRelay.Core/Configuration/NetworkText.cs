using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HveRelay.Configuration;

/// <summary>IP addresses and networks as they are written in the configuration.</summary>
public static class NetworkText
{
    // RFC 1918, 4193, 6598, 3927, 4291 and loopback: addresses that nobody on the Internet can send from.
    private static readonly IPNetwork[] NotOnTheInternet =
    [
        .. new[]
        {
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
            "fc00::/7", "fe80::/10", "::1/128",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Four decimal parts or IPv6; not the old short forms, in which 10.1 is 10.0.0.1 and 010.0.0.1 is 8.0.0.1.</summary>
    public static bool IsIpAddress(string text) => TryReadAddress(text, out _);

    /// <summary>An address, or a network in CIDR notation whose host bits are zero.</summary>
    public static bool TryRead(string text, out IPNetwork network, [NotNullWhen(false)] out string? sentence)
    {
        network = default;
        sentence = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryReadAddress(slash < 0 ? text : text[..slash], out var address))
        {
            sentence = "is neither an IP address nor a network such as 10.20.0.0/16 or fd00::/8";
            return false;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            sentence = $"has no prefix length from 0 to {bits} after the slash";
            return false;
        }

        if (text.Contains('%', StringComparison.Ordinal))
        {
            sentence = "has a zone, which says nothing of the other end; write the address without the % and what follows";
            return false;
        }

        if (address.IsIPv4MappedToIPv6 && prefix >= 96)
        {
            // Who comes by IPv4 is known by IPv4 everywhere here.
            sentence = $"is IPv4 in the form of IPv6 and would cover nobody; write {FirstOf(address.MapToIPv4(), prefix - 96)}/{prefix - 96}";
            return false;
        }

        var first = FirstOf(address, prefix);
        network = new IPNetwork(first, prefix);
        if (first.Equals(address))
        {
            return true;
        }

        sentence = $"is an address inside a network; write {network} for the network or {address} for the address";
        return false;
    }

    /// <summary>More than one address, some of which may be anywhere on the Internet.</summary>
    public static bool IsPublic(IPNetwork network)
    {
        var single = network.PrefixLength == (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return !single && !NotOnTheInternet.Any(known => Covers(known, network));
    }

    /// <summary>Every address of <paramref name="inner"/> is in <paramref name="outer"/>.</summary>
    public static bool Covers(IPNetwork outer, IPNetwork inner) =>
        outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    private static bool TryReadAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || string.Equals(address.ToString(), text, StringComparison.Ordinal));

    private static IPAddress FirstOf(IPAddress address, int prefix)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            var kept = Math.Clamp(prefix - (8 * i), 0, 8);
            octets[i] &= (byte)(0xFF00 >> kept);
        }

        return new IPAddress(octets);
    }
}
