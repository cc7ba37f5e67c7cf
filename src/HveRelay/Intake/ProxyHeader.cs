using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HveRelay.Intake;

/// <summary>What the first octets of a connection are.</summary>
internal enum ProxyReading
{
    /// <summary>A header that has not come whole yet.</summary>
    Incomplete,

    /// <summary>No header, or none that can be understood.</summary>
    Malformed,

    /// <summary>A header that names nobody (LOCAL, UNKNOWN): the proxy speaks for itself, as in a health check.</summary>
    OfTheProxy,

    /// <summary>A header with the client behind the proxy.</summary>
    OfTheClient,
}

/// <summary>
/// The header of the PROXY protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt), as a pure function of what has come. Who
/// may send one is not its question. Strict: a header is the claim of an address, and a lenient reader is a second opinion on it.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>A header with more behind its addresses than this is from nobody we know.</summary>
    public const int Longest = 16 + 4096;

    /// <summary>Section 2.1: a line of version 1 with its CRLF.</summary>
    private const int LongestLine = 107;

    private static ReadOnlySpan<byte> Line => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="client">With <see cref="ProxyReading.OfTheClient"/>.</param>
    /// <param name="length">Octets of the header, once it is whole.</param>
    public static ProxyReading Read(ReadOnlySpan<byte> octets, out IPEndPoint? client, out int length)
    {
        client = null;
        length = 0;
        return Begins(octets, Signature) ? ReadBinary(octets, ref client, ref length)
            : Begins(octets, Line) ? ReadLine(octets, ref client, ref length)
            : ProxyReading.Malformed;
    }

    private static bool Begins(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> with) =>
        octets.StartsWith(with) || with.StartsWith(octets);

    /// <summary>Section 2.1: <c>PROXY TCP4 source destination port port</c>.</summary>
    private static ProxyReading ReadLine(ReadOnlySpan<byte> octets, ref IPEndPoint? client, ref int length)
    {
        var end = octets[..Math.Min(octets.Length, LongestLine)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return octets.Length < LongestLine ? ProxyReading.Incomplete : ProxyReading.Malformed;
        }

        length = end + 2;
        switch (Encoding.Latin1.GetString(octets[..end]).Split(' '))
        {
            case ["PROXY", "UNKNOWN", ..]:
                return ProxyReading.OfTheProxy;
            case ["PROXY", ("TCP4" or "TCP6") and var family, var source, var destination, var port, var destinationPort]
                when Address(source, family) is { } address && Address(destination, family) is not null
                    && Port(port) is { } number && Port(destinationPort) is not null:
                client = new IPEndPoint(address, number);
                return ProxyReading.OfTheClient;
            default:
                return ProxyReading.Malformed;
        }
    }

    /// <summary>Section 2.2: signature, version and command, family, length, addresses, and what nobody here reads.</summary>
    private static ProxyReading ReadBinary(ReadOnlySpan<byte> octets, ref IPEndPoint? client, ref int length)
    {
        if (octets.Length < 16)
        {
            return ProxyReading.Incomplete;
        }

        var (command, family) = (octets[12], octets[13]);
        length = 16 + BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        if (command is not (0x20 or 0x21) || length > Longest)
        {
            return ProxyReading.Malformed;
        }

        if (octets.Length < length)
        {
            return ProxyReading.Incomplete;
        }

        var addresses = octets[16..length];
        switch (command, family)
        {
            case (0x20, _) or (_, 0x00):
                return ProxyReading.OfTheProxy;
            case (_, 0x11) when addresses.Length >= 12:
                client = new IPEndPoint(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..]));
                return ProxyReading.OfTheClient;
            case (_, 0x21) when addresses.Length >= 36:
                client = new IPEndPoint(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..]));
                return ProxyReading.OfTheClient;
            default:
                // Datagrams and local sockets do not lead to a listener of ours.
                return ProxyReading.Malformed;
        }
    }

    /// <summary>An address as the protocol writes it: no short forms, no brackets, no zone.</summary>
    private static IPAddress? Address(string text, string family) =>
        !text.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.")
        && IPAddress.TryParse(text, out var address)
        && (family == "TCP4"
            ? address.AddressFamily == AddressFamily.InterNetwork && string.Equals(address.ToString(), text, StringComparison.Ordinal)
            : address.AddressFamily == AddressFamily.InterNetworkV6)
            ? address
            : null;

    private static int? Port(string text) =>
        text is "0" or [not '0', ..] && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
