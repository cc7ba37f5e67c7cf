using System.Globalization;

namespace HveRelay.Smtp.Server;

/// <summary>The ESMTP parameters of MAIL that are offered: SIZE (RFC 1870), BODY (RFC 6152) and AUTH (RFC 4954 section 5).</summary>
internal static class MailParameters
{
    /// <summary>A refusal, or null with the command.</summary>
    public static Reply? Read(ParsedPath path, long maxMessageBytes, out MailCommand command)
    {
        long? size = null;
        var eightBit = false;
        command = new MailCommand(path.Address, null, false);
        foreach (var (name, value) in path.Parameters)
        {
            switch (name)
            {
                case "SIZE":
                    // At most 20 digits (RFC 1870 section 3): more than a long holds is too large in any case.
                    if (value is null or { Length: 0 or > 20 } || value.AsSpan().ContainsAnyExceptInRange('0', '9'))
                    {
                        return SmtpReplies.BadSize;
                    }

                    size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var octets) ? octets : long.MaxValue;
                    break;
                case "BODY":
                    eightBit = string.Equals(value, "8BITMIME", StringComparison.OrdinalIgnoreCase);
                    if (!eightBit && !string.Equals(value, "7BIT", StringComparison.OrdinalIgnoreCase))
                    {
                        return SmtpReplies.BadBody;
                    }

                    break;
                case "AUTH":
                    // We trust nobody to name another's identity: as good as <> (section 5).
                    break;
                default:
                    return SmtpReplies.Parameter(name);
            }
        }

        if (maxMessageBytes > 0 && size > maxMessageBytes)
        {
            return SizeWords.TooLarge(maxMessageBytes);
        }

        command = new MailCommand(path.Address, size, eightBit);
        return null;
    }
}
