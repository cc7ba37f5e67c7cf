namespace HveRelay.Smtp.Server;

/// <summary>The argument of MAIL or RCPT, taken apart.</summary>
/// <param name="Address">local-part@domain as given; the local part alone where there was no domain; empty for &lt;&gt;.</param>
/// <param name="Parameters">ESMTP parameters: keyword in upper case, and value or null.</param>
/// <param name="Quirks">How it strays from RFC 5321 section 4.1.2.</param>
public sealed record ParsedPath(string Address, IReadOnlyList<KeyValuePair<string, string?>> Parameters, Quirks Quirks);

/// <summary>
/// Reads <c>FROM:&lt;path&gt; parameters</c> and <c>TO:&lt;path&gt; parameters</c> (RFC 5321 section 4.1.2) and what devices send
/// instead. The address comes out on one line always: a control character in it is refused, quoted or not, so that it can never
/// become a line of our own.
/// </summary>
public static class PathParser
{
    /// <summary>RFC 5321 section 4.5.3.1.3: a path has at most 256 octets with its brackets.</summary>
    private const int MaxAddress = 254;

    /// <summary>Null where it is no path.</summary>
    public static ParsedPath? Parse(string argument, string keyword)
    {
        var text = argument.AsSpan();
        var quirks = Quirks.None;
        if (!text.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        text = text[keyword.Length..].TrimStart(' ');
        if (text.IsEmpty || text[0] != ':')
        {
            return null;
        }

        text = text[1..];
        if (!text.IsEmpty && text[0] is ' ' or '\t')
        {
            quirks |= Quirks.SpaceAfterColon;
            text = text.TrimStart(" \t");
        }

        ReadOnlySpan<char> path;
        if (!text.IsEmpty && text[0] == '<')
        {
            var end = EndOf(text, 1, '>');
            if (end < 0)
            {
                return null;
            }

            path = text[1..end];
            text = text[(end + 1)..];
        }
        else
        {
            quirks |= Quirks.NoBrackets;
            var end = EndOf(text, 0, ' ');
            path = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[end..];
            if (path.IsEmpty)
            {
                return null;
            }
        }

        if (!text.IsEmpty && text[0] != ' ')
        {
            return null;
        }

        path = path.Trim(' ');
        if (!path.IsEmpty && path[0] == '@')
        {
            // RFC 5321 appendix C: a source route, @a,@b:, is accepted and ignored.
            quirks |= Quirks.SourceRoute;
            path = path[(path.IndexOf(':') + 1)..];
            if (path.IsEmpty)
            {
                return null;
            }
        }

        return Address(path, ref quirks) is { } address && Parameters(text) is { } parameters
            ? new ParsedPath(address, parameters, quirks)
            : null;
    }

    /// <summary>Why an address that came by another door could not be that of a MAIL or RCPT command; null where it could.</summary>
    public static Reply? Refusal(string address, bool isSender) =>
        !System.Text.Ascii.IsValid(address) ? SmtpReplies.NotAscii
        : Parse($":<{address}>", string.Empty)?.Address == address ? null
        : isSender ? Reply.Of(501, "5.1.7", "The sender is no address") : Reply.Of(501, "5.1.3", "The recipient is no address");

    /// <summary>The index of the stop character outside quotes, or -1.</summary>
    private static int EndOf(ReadOnlySpan<char> text, int from, char stop)
    {
        var quoted = false;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted)
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == stop && !quoted)
            {
                return i;
            }
        }

        return -1;
    }

    private static string? Address(ReadOnlySpan<char> path, ref Quirks quirks)
    {
        if (path.IsEmpty)
        {
            return string.Empty;
        }

        if (path.Length > MaxAddress)
        {
            return null;
        }

        var at = path[0] == '"' ? EndOfQuote(path) + 1 : path.IndexOf('@');
        if (path[0] == '"' && (at == 0 || (at < path.Length && path[at] != '@')))
        {
            return null;
        }

        var local = at < 0 ? path : path[..at];
        var domain = at < 0 || at >= path.Length ? default : path[(at + 1)..];
        if (at < 0 || at >= path.Length)
        {
            quirks |= Quirks.NoDomain;
        }
        else if (!IsDomain(domain))
        {
            return null;
        }

        return IsLocalPart(local) ? path.ToString() : null;
    }

    /// <summary>The index of the quote that ends the quoted string at the start, or -1.</summary>
    private static int EndOfQuote(ReadOnlySpan<char> path)
    {
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i] == '\\')
            {
                i++;
            }
            else if (path[i] == '"')
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local.IsEmpty)
        {
            return false;
        }

        var quoted = local[0] == '"';
        foreach (var character in local)
        {
            if (character is < ' ' or >= '\u007f' || (!quoted && character is ' ' or '<' or '>' or '"' or '(' or ')' or ',' or ';' or '\\'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A host name, more widely than RFC 5321 (underscores occur), or an address literal.</summary>
    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        if (domain.IsEmpty || domain.Length > 255)
        {
            return false;
        }

        if (domain[0] == '[')
        {
            return domain is [_, _, .., ']'] && domain[1..^1].IndexOfAnyExcept("0123456789abcdefABCDEF.:IPv") < 0;
        }

        foreach (var character in domain)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '.' or '_'))
            {
                return false;
            }
        }

        return domain[0] != '.' && domain.IndexOf("..") < 0;
    }

    private static List<KeyValuePair<string, string?>>? Parameters(ReadOnlySpan<char> text)
    {
        var parameters = new List<KeyValuePair<string, string?>>();
        foreach (var range in text.Split(' '))
        {
            var parameter = text[range];
            if (parameter.IsEmpty)
            {
                continue;
            }

            var equals = parameter.IndexOf('=');
            var name = equals < 0 ? parameter : parameter[..equals];
            if (name.IsEmpty || name.ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"))
            {
                return null;
            }

            parameters.Add(new(name.ToString().ToUpperInvariant(), equals < 0 ? null : parameter[(equals + 1)..].ToString()));
        }

        return parameters;
    }
}
