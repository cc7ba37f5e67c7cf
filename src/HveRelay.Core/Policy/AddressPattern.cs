namespace HveRelay.Policy;

/// <summary>An address with <c>*</c> for any run of characters, compared without regard to case: <c>*@contoso.com</c>.</summary>
public readonly record struct AddressPattern(string Pattern)
{
    /// <summary>Linear in the product of the lengths at worst; backtracks to the last star only.</summary>
    public bool Matches(ReadOnlySpan<char> address)
    {
        var pattern = Pattern.AsSpan();
        int at = 0, within = 0, star = -1, retry = 0;
        while (at < address.Length)
        {
            if (within < pattern.Length && pattern[within] == '*')
            {
                star = within++;
                retry = at;
            }
            else if (within < pattern.Length && char.ToUpperInvariant(pattern[within]) == char.ToUpperInvariant(address[at]))
            {
                within++;
                at++;
            }
            else if (star >= 0)
            {
                within = star + 1;
                at = ++retry;
            }
            else
            {
                return false;
            }
        }

        return !pattern[within..].ContainsAnyExcept('*');
    }

    /// <summary>
    /// As <see cref="Matches"/>; a pattern that names one mailbox covers its sub-addresses too (RFC 5233, plus addressing of
    /// Exchange): <c>ann@contoso.com</c> is also <c>ann+invoices@contoso.com</c>, which goes to the same person.
    /// </summary>
    public bool Covers(string address) =>
        Matches(address)
        || (!Pattern.Contains('*', StringComparison.Ordinal) && MailboxOf(address) is { } mailbox && Matches(mailbox));

    /// <summary>The address without its detail, or null where it has none.</summary>
    private static string? MailboxOf(string address)
    {
        var (plus, at) = (address.IndexOf('+', StringComparison.Ordinal), address.LastIndexOf('@'));
        return plus > 0 && plus < at && address[0] != '"' ? string.Concat(address.AsSpan(0, plus), address.AsSpan(at)) : null;
    }

    /// <summary>No patterns allow everything.</summary>
    public static bool Allow(IReadOnlyList<AddressPattern> patterns, string address)
    {
        if (patterns.Count == 0)
        {
            return true;
        }

        foreach (var pattern in patterns)
        {
            if (pattern.Covers(address))
            {
                return true;
            }
        }

        return false;
    }
}
