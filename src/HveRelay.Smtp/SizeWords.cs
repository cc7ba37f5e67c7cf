using System.Globalization;

namespace HveRelay.Smtp;

/// <summary>The refusal of a message for its size, in words that fit on the display of a device.</summary>
public static class SizeWords
{
    private const double Megabyte = 1_048_576;

    /// <summary>RFC 1870 section 6.1 and 6.3, with the limit as people know it.</summary>
    public static Reply TooLarge(long limit) => Reply.Of(552, "5.3.4", limit < Megabyte
        ? $"Message too large: at most {limit} octets"
        : string.Create(CultureInfo.InvariantCulture, $"Message too large: at most {limit / Megabyte:0.#} MB ({limit} octets)"));
}
