namespace HveRelay.Smtp.Server;

/// <summary>What a MAIL or RCPT that was refused gave for an address, for people: who reads the log is to see what the device has to mend.</summary>
internal static class GivenPath
{
    private const int Longest = 254;

    /// <summary>What stands behind the colon, without brackets around all of it, in printable ASCII and not without end; null where there is nothing.</summary>
    public static string? Of(string argument)
    {
        var text = argument.AsSpan(argument.IndexOf(':') + 1).Trim(" \t");
        text = text is ['<', .., '>'] ? text[1..^1] : text;
        var shown = string.Concat(text[..Math.Min(text.Length, Longest)].ToString().Select(octet => octet is >= ' ' and <= '~' ? octet : '?'));
        return shown.Length == 0 ? null : text.Length > Longest ? shown + "..." : shown;
    }
}
