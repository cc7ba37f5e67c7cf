namespace HveRelay.Rewriting;

/// <summary>
/// Says which signatures no longer verify. They stay: RFC 6376 section 6.1 has a broken one treated as none, and ARC's
/// chain is evidence also where a link is broken.
/// </summary>
internal static class BrokenSignatures
{
    private const int MostNotes = 10; // nobody honest signs more often

    private static readonly string[] Signatures = ["DKIM-Signature", "ARC-Message-Signature"];

    public static void Note(EditedHeader header)
    {
        foreach (var field in Signatures.SelectMany(header.All).Take(MostNotes))
        {
            // Signing a field that is not there is allowed and means that it must not be added (section 5.4).
            var tags = field.Decode().Split(';', StringSplitOptions.TrimEntries);
            var broken = Tag(tags, 'h').Split(':', StringSplitOptions.TrimEntries)
                .Where(header.Changed.Contains).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            if (broken.Length > 0)
            {
                header.Note($"{field.Name} of {TraceText.Domain(Tag(tags, 'd'))} no longer verifies: {string.Join(", ", broken)} changed");
            }
        }
    }

    private static string Tag(string[] tags, char name)
    {
        foreach (var tag in tags)
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && tag.AsSpan(0, equals).Trim() is [var found] && found == name)
            {
                return tag[(equals + 1)..].Trim();
            }
        }

        return string.Empty;
    }
}
