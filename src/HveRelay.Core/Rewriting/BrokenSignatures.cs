namespace HveRelay.Rewriting;

/// <summary>
/// Says whether a signature no longer verifies. They stay: RFC 6376 section 6.1 has a broken one treated as none, and ARC's
/// chain is evidence also where a link is broken.
/// </summary>
internal static class BrokenSignatures
{
    private const int MostSignatures = 10; // nobody honest signs more often
    private const int Longest = 16 * 1024; // octets: nobody verifies a longer one

    private static readonly string[] Signatures = ["DKIM-Signature", "ARC-Message-Signature"];

    /// <param name="bodyChanged">Then none verifies: section 3.7 signs a hash of the body's octets.</param>
    public static void Note(EditedHeader header, bool bodyChanged)
    {
        foreach (var field in Signatures.SelectMany(header.All).Take(MostSignatures))
        {
            if (field.Raw.Length > Longest)
            {
                continue;
            }

            // Signing a field that is not there is allowed and means that it must not be added (section 5.4).
            var tags = field.Decode().Split(';', StringSplitOptions.TrimEntries);
            if (bodyChanged || Tag(tags, 'h').Split(':', StringSplitOptions.TrimEntries).Any(header.Changed.Contains))
            {
                header.Note(RewriteNotes.SignatureBroken);
                return;
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
