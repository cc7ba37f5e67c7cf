namespace HveRelay.Rewriting;

/// <summary>
/// The words that say what the rewriting of a message changed, for people who ask why it looks as it does. Short, the same for
/// every message, and without anything that the message itself says.
/// </summary>
public static class RewriteNotes
{
    /// <summary>More than one From was made one.</summary>
    public const string SeveralFroms = "several froms";

    /// <summary>A <c>From </c> line of a mailbox file stood before the header and was removed.</summary>
    public const string MboxLine = "mbox line removed";

    /// <summary>The message began with its body.</summary>
    public const string NoHeader = "no header";

    /// <summary>The empty line between header and body was missing.</summary>
    public const string NoEmptyLine = "empty line added";

    /// <summary>A field that next hops look for had white space before its colon.</summary>
    public const string NamesClosed = "space before colon removed";

    /// <summary>Lines of the header over 998 octets were folded.</summary>
    public const string LinesFolded = "long lines folded";

    /// <summary>Parts of the body with lines over 998 octets got another transfer encoding.</summary>
    public const string Reencoded = "long lines encoded";

    /// <summary>A DKIM or ARC signature no longer verifies.</summary>
    public const string SignatureBroken = "signature broken";

    /// <summary>A field has another value, or another name that begins with X-Original: <c>from</c>.</summary>
    public static string Changed(string field) => field.ToLowerInvariant();

    /// <summary><c>message-id added</c></summary>
    public static string Added(string field) => Changed(field) + " added";

    /// <summary><c>bcc removed</c></summary>
    public static string Removed(string field) => Changed(field) + " removed";
}
