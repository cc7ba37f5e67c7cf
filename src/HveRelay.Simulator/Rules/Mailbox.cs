using System.Buffers;

namespace HveRelay.Simulator;

/// <summary>Mailbox and Domain of RFC 5321 section 4.1.2, in ASCII.</summary>
internal static class Mailbox
{
    private static readonly SearchValues<char> Atext =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~");

    public static bool IsValid(ReadOnlySpan<char> address)
    {
        var at = address.LastIndexOf('@');

        // RFC 5321 section 4.5.3.1: 64 octets of local part, 256 of path with its brackets.
        return at is > 0 and <= 64 && address.Length <= 254 && IsLocalPart(address[..at]) && IsDomain(address[(at + 1)..]);
    }

    public static bool IsDomain(ReadOnlySpan<char> domain)
    {
        if (domain.Length is 0 or > 255)
        {
            return false;
        }

        if (domain[0] == '[')
        {
            var literal = domain[1..].TrimEnd(']');
            return domain[^1] == ']' && System.Net.IPAddress.TryParse(
                literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out _);
        }

        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-' || label.ContainsAnyExcept(LetDigHyp))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly SearchValues<char> LetDigHyp =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local[0] == '"')
        {
            return IsQuoted(local);
        }

        foreach (var range in local.Split('.'))
        {
            var atom = local[range];
            if (atom.Length == 0 || atom.ContainsAnyExcept(Atext))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> local)
    {
        for (var i = 1; i < local.Length; i++)
        {
            if (local[i] == '"')
            {
                return i == local.Length - 1;
            }

            i += local[i] == '\\' ? 1 : 0;
            if (i < local.Length && local[i] is < ' ' or > '~')
            {
                return false;
            }
        }

        return false;
    }
}
