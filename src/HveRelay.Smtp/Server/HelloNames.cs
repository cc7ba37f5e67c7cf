namespace HveRelay.Smtp.Server;

/// <summary>The name a client gives itself. Any is accepted (RFC 5321 section 4.1.4: never refuse for it), none can do harm.</summary>
internal static class HelloNames
{
    private const int Longest = 255;

    /// <summary>Without what could break a log line or a Received field.</summary>
    public static string Clean(string name, out bool odd)
    {
        name = name.Trim();
        odd = name.Length is 0 or > Longest;
        var clean = string.Create(Math.Min(name.Length, Longest), name, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = source[i] is > ' ' and < '\u007f' and not ('(' or ')' or '<' or '>' or '"' or '\\' or ';' or ',') ? source[i] : '?';
            }
        });
        odd |= clean.AsSpan().ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]");
        return clean;
    }
}
