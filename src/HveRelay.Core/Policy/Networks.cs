using System.Net;

namespace HveRelay.Policy;

/// <summary>Networks as the configuration writes them.</summary>
public static class Networks
{
    /// <summary>An address or a CIDR network; bits behind the prefix are cleared.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6 && slash < 0)
        {
            address = address.MapToIPv4();
        }

        var bits = address.GetAddressBytes();
        var length = bits.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length) || length > bits.Length * 8))
        {
            return false;
        }

        for (var bit = length; bit < bits.Length * 8; bit++)
        {
            bits[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        network = new IPNetwork(new IPAddress(bits), length);
        return true;
    }

    public static IPNetwork Parse(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not a network");
}
