using System.Text;

namespace HveRelay.Smtp.Server;

/// <summary>Decodes what AUTH PLAIN (RFC 4616) and AUTH LOGIN send.</summary>
internal static class SaslReader
{
    // Some devices hang up on any other octets than these, so they are fixed: "Username:" and "Password:".
    public static readonly Reply AskUser = Reply.Plain(334, "VXNlcm5hbWU6");
    public static readonly Reply AskPassword = Reply.Plain(334, "UGFzc3dvcmQ6");
    public static readonly Reply AskPlain = Reply.Plain(334, string.Empty);

    /// <summary>Base64 as text, or null. <c>=</c> alone is the empty text (RFC 4954 section 4).</summary>
    public static string? Decode(string base64)
    {
        if (base64 == "=")
        {
            return string.Empty;
        }

        var octets = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, octets, out var length) ? Encoding.UTF8.GetString(octets, 0, length) : null;
    }

    /// <summary>authzid NUL authcid NUL password; the authorization identity is ignored, since a login decides nothing else here.</summary>
    public static (string User, string Password)? Plain(string message)
    {
        var parts = message.Split('\0');
        return parts.Length == 3 && parts[1].Length > 0 ? (parts[1], parts[2]) : null;
    }
}
