namespace HveRelay.Configuration;

/// <summary>
/// What addresses, domains, hosts and patterns look like in the configuration: the plain forms that people write, not all that
/// RFC 5321 section 4.1.2 would allow.
/// </summary>
public static class AddressText
{
    private const int LongestLocalPart = 64; // RFC 5321 section 4.5.3.1.1
    private const int LongestDomain = 255;   // RFC 5321 section 4.5.3.1.2
    private const int LongestLabel = 63;     // RFC 1035 section 2.3.4

    public static bool IsAddress(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && IsLocalPart(text.AsSpan(0, at), wildcard: false) && IsDomain(text[(at + 1)..]);
    }

    /// <summary>Letters, digits and hyphens in labels, parted by dots.</summary>
    public static bool IsDomain(string text) =>
        text.Length is > 0 and <= LongestDomain && text.Split('.').All(IsLabel);

    /// <summary>A domain or an IP address, without scheme and port.</summary>
    public static bool IsHost(string text) => IsDomain(text) || NetworkText.IsIpAddress(text);

    /// <summary><c>*</c> alone, or local-part@domain in which <c>*</c> stands for any number of characters.</summary>
    public static bool IsPattern(string text)
    {
        var at = text.LastIndexOf('@');
        return text is "*" || (at > 0 && IsLocalPart(text.AsSpan(0, at), wildcard: true) && IsDomain(text[(at + 1)..].Replace('*', 'x')));
    }

    /// <summary>What follows the last @; empty where there is none.</summary>
    public static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    // atext of RFC 5322 section 3.2.3, and dots wherever a device puts them.
    private static bool IsLocalPart(ReadOnlySpan<char> text, bool wildcard)
    {
        foreach (var letter in text)
        {
            var atext = char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-/=?^_`{|}~.".Contains(letter, StringComparison.Ordinal);
            if (!atext || (letter == '*' && !wildcard))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= LongestLocalPart;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label[0] != '-' && label[^1] != '-'
        && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
