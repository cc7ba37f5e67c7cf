namespace HveRelay.Smtp.Message;

/// <summary>The classes of octets that RFC 5322 tells apart, each by its name there.</summary>
internal static class Octet
{
    public const byte Cr = (byte)'\r';
    public const byte Lf = (byte)'\n';
    public const byte Space = (byte)' ';
    public const byte Tab = (byte)'\t';

    public static bool IsWsp(byte octet) => octet is Space or Tab;

    /// <summary>White space as it stands in a folded value.</summary>
    public static bool IsFws(byte octet) => octet is Space or Tab or Cr or Lf;

    /// <summary>ftext, section 3.6.8: what a field's name is made of.</summary>
    public static bool IsFtext(byte octet) => octet is >= 33 and <= 126 and not (byte)':';

    /// <summary>atext, section 3.2.3.</summary>
    public static bool IsAtext(char octet) =>
        char.IsAsciiLetterOrDigit(octet) || "!#$%&'*+-/=?^_`{|}~".Contains(octet, StringComparison.Ordinal);
}
