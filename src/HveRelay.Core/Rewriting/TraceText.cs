using System.Net;
using System.Net.Sockets;

namespace HveRelay.Rewriting;

/// <summary>Makes what clients say of themselves fit for a trace field: it can neither break the syntax nor add to it.</summary>
internal static class TraceText
{
    private const int LongestName = 255; // RFC 5321 section 4.5.3.1.2

    /// <summary>A domain; any character that has no place in one becomes a question mark, which has one in an atom.</summary>
    public static string Domain(string name)
    {
        name = name.Length > LongestName ? name[..LongestName] : name;
        return string.Create(name.Length, name, static (domain, from) =>
        {
            for (var i = 0; i < domain.Length; i++)
            {
                var dot = from[i] == '.' && i > 0 && i + 1 < from.Length && from[i - 1] != '.';
                domain[i] = dot || char.IsAsciiLetterOrDigit(from[i]) || from[i] is '-' or '_' ? from[i] : '?';
            }
        });
    }

    /// <summary>The argument of EHLO: a domain or an address literal.</summary>
    public static string HelloName(string name)
    {
        if (name is not ['[', .. var address, ']'])
        {
            return Domain(name);
        }

        address = address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? address[5..] : address;
        return AddressLiteral(address) ?? Domain(name);
    }

    /// <summary>RFC 5321 section 4.1.3; null where the text is no IP address.</summary>
    public static string? AddressLiteral(string address) =>
        !IPAddress.TryParse(address, out var ip) ? null
        : ip.IsIPv4MappedToIPv6 ? $"[{ip.MapToIPv4()}]"
        : ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{new IPAddress(ip.GetAddressBytes())}]" // without a zone
        : $"[{ip}]";

    /// <summary>Words for a comment.</summary>
    public static string Comment(string text) =>
        string.Concat(text.Select(octet => octet is >= ' ' and <= '~' and not ('(' or ')' or '\\') ? octet : '?'));
}
