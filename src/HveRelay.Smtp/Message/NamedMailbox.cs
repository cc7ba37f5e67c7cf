using System.Buffers;
using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>A mailbox of a header field (RFC 5322 section 3.4): an address and the name that people see.</summary>
/// <param name="DisplayName">Decoded, without control characters, empty where there is none.</param>
/// <param name="Address">As it was written, comments and routes left out; empty where there was only a name.</param>
public sealed record NamedMailbox(string DisplayName, string Address)
{
    private static readonly SearchValues<char> DomainText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    private static readonly SearchValues<char> LiteralText = SearchValues.Create("0123456789abcdefABCDEFIPv:.");

    /// <summary>
    /// The phrase before the bracket as it was written, unfolded, if it obeys the RFC; else null. <see cref="Format"/> prefers
    /// it, so that a name that was encoded well is never encoded anew.
    /// </summary>
    public string? Phrase { get; init; }

    /// <summary>The group it stands in, or null.</summary>
    public string? Group { get; init; }

    /// <summary>The address can be replied to: a local part, an @ and a domain, in ASCII, with nothing strange in them.</summary>
    public bool IsUsable
    {
        get
        {
            var at = Address.LastIndexOf('@');
            return at > 0 && Address.Length <= 320 && IsLocalPart(Address.AsSpan(0, at)) && IsDomain(Address.AsSpan(at + 1));
        }
    }

    /// <summary>The mailbox in the syntax of RFC 5322, ASCII but for what the address has beyond it.</summary>
    public string Format()
    {
        var phrase = Phrase ?? Word(Folding.Harmless(DisplayName).Trim());
        var address = string.Create(Address.Length, Address, static (safe, from) =>
        {
            for (var i = 0; i < safe.Length; i++)
            {
                safe[i] = char.IsControl(from[i]) || from[i] is '<' or '>' ? '?' : from[i];
            }
        });
        return phrase.Length == 0 ? address : $"{phrase} <{address}>";
    }

    public override string ToString() => Format();

    private static string Word(string name)
    {
        if (EncodedWords.AreNeeded(name))
        {
            return EncodedWords.Encode(name);
        }

        if (name.Length == 0 || name.Split(' ').All(word => word.Length > 0 && word.All(Octet.IsAtext)))
        {
            return name;
        }

        // With its backslashes a word may be too long for a line, and must not be broken between one and what it stands before.
        var quoted = Quote(name);
        return Folding.HasLongWord(quoted) ? EncodedWords.Encode(name) : quoted;
    }

    private static string Quote(string name)
    {
        var quoted = new StringBuilder(name.Length + 2).Append('"');
        foreach (var octet in name)
        {
            if (octet is '"' or '\\')
            {
                quoted.Append('\\');
            }

            quoted.Append(octet);
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsDomain(ReadOnlySpan<char> domain) => domain switch
    {
        [] => false,
        ['[', .. var literal, ']'] => literal.Length > 0 && literal.IndexOfAnyExcept(LiteralText) < 0,
        _ => domain.IndexOfAnyExcept(DomainText) < 0 && domain[0] != '.' && domain[^1] != '.'
            && domain.IndexOf("..", StringComparison.Ordinal) < 0,
    };

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local is not ['"', .. var quoted, '"'])
        {
            foreach (var octet in local)
            {
                if (octet != '.' && !Octet.IsAtext(octet))
                {
                    return false;
                }
            }

            return true;
        }

        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] is < ' ' or > '~' or '"' || (quoted[i] == '\\' && ++i >= quoted.Length))
            {
                return false;
            }
        }

        return true;
    }
}
