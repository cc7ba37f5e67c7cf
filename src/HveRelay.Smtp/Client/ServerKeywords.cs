using System.Collections.Immutable;
using System.Globalization;

namespace HveRelay.Smtp.Client;

/// <summary>What the server offers in its reply to EHLO (RFC 5321 section 4.1.1.1), as far as it is made use of.</summary>
/// <param name="Size">Octets it takes (RFC 1870), 0 for no fixed limit, null where SIZE is not offered.</param>
/// <param name="Auth">Mechanisms in upper case, in the server's order (RFC 4954).</param>
public sealed record ServerKeywords(
    long? Size,
    bool Pipelining,
    bool EightBitMime,
    bool StartTls,
    bool SmtpUtf8,
    ImmutableArray<string> Auth)
{
    /// <summary>After HELO.</summary>
    public static ServerKeywords None { get; } =
        new(null, false, false, false, false, []);

    public static ServerKeywords Parse(Reply ehlo)
    {
        var found = None;

        // The first line is the server's name and greeting.
        foreach (var line in ehlo.Lines.AsSpan()[1..])
        {
            // "AUTH=LOGIN" is how servers and clients of the nineties wrote it; some servers still send both lines.
            var words = line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            found = words is [] ? found : words[0].ToUpperInvariant() switch
            {
                "SIZE" => found with { Size = SizeOf(words) },
                "PIPELINING" => found with { Pipelining = true },
                "8BITMIME" => found with { EightBitMime = true },
                "STARTTLS" => found with { StartTls = true },
                "SMTPUTF8" => found with { SmtpUtf8 = true },
                "AUTH" => found with { Auth = [.. found.Auth.Union(words.Skip(1).Select(word => word.ToUpperInvariant()), StringComparer.Ordinal)] },
                _ => found,
            };
        }

        return found;
    }

    private static long SizeOf(string[] words) =>
        words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var octets) ? octets : 0;
}
