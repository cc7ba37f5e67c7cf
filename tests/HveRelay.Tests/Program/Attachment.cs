using System.Text;

namespace HveRelay.Tests.Program;

/// <summary>Finds the attachment of a message: the last part in base 64 (RFC 2045 section 6.8, RFC 2046 section 5.1.1).</summary>
internal static class Attachment
{
    public static byte[] In(ReadOnlySpan<byte> content)
    {
        var text = Encoding.Latin1.GetString(content);
        var boundary = text.Split("boundary=", 2)[1].Split('\r', ';')[0].Trim('"');
        var part = text.Split("\r\n--" + boundary).Last(part => part.Contains("Content-Transfer-Encoding: base64", StringComparison.OrdinalIgnoreCase));
        return Convert.FromBase64String(part.Split("\r\n\r\n", 2)[1]);
    }
}
