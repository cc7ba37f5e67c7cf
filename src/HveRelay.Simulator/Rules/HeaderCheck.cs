using System.Text;

namespace HveRelay.Simulator;

/// <summary>Reads a header block as strictly as RFC 5322 section 3.6 reads.</summary>
internal static class HeaderCheck
{
    // RFC 5322 section 3.6: at most one of each. Date is compulsory; From is judged by itself.
    private static readonly string[] AtMostOnce =
        ["Date", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject"];

    /// <param name="header">The block with all its line ends, without the empty line.</param>
    /// <param name="notes">Gets what is wrong, but for From.</param>
    /// <returns>The addresses of the only From; null: there is none, more than one, or it is no mailbox list.</returns>
    public static IReadOnlyList<string>? From(ReadOnlySpan<byte> header, List<string> notes)
    {
        var names = new List<string>();
        string? from = null;
        var text = Encoding.Latin1.GetString(header);
        for (var start = 0; start < text.Length;)
        {
            var end = EndOfField(text, start);
            var field = text.AsSpan(start, end - start);
            start = end;
            var colon = field.IndexOf(':');
            if (colon <= 0 || field[..colon].ContainsAnyExceptInRange('!', '~'))
            {
                notes.Add($"The header block has a line that is no field: {Shown(field)}");
                continue;
            }

            var name = field[..colon].ToString();
            names.Add(name);
            if (name.Equals("From", StringComparison.OrdinalIgnoreCase))
            {
                from = field[(colon + 1)..].ToString().Replace("\r\n", "", StringComparison.Ordinal);
            }
        }

        foreach (var name in AtMostOnce.Where(once => Count(names, once) > 1))
        {
            notes.Add($"The header block has {Count(names, name)} fields {name}");
        }

        foreach (var name in new[] { "Date", "Message-ID" }.Where(each => Count(names, each) == 0))
        {
            notes.Add($"The header block has no field {name}");
        }

        return from is null || Count(names, "From") > 1 ? null : MailboxList.TryParse(from);
    }

    /// <summary>After the CRLF that no space or tab follows (RFC 5322 section 2.2.3: folding).</summary>
    private static int EndOfField(string text, int start)
    {
        while (true)
        {
            var lineEnd = text.IndexOf("\r\n", start, StringComparison.Ordinal);
            if (lineEnd < 0)
            {
                return text.Length;
            }

            start = lineEnd + 2;
            if (start >= text.Length || text[start] is not (' ' or '\t'))
            {
                return start;
            }
        }
    }

    private static int Count(List<string> names, string name) => names.Count(each => each.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Shown(ReadOnlySpan<char> field) => field[..Math.Min(60, field.Length)].TrimEnd().ToString();
}
