using System.Text;

namespace HveRelay.Smtp.Client;

/// <summary>A command line as octets.</summary>
internal static class Command
{
    /// <summary>
    /// The line with its CRLF. An address or name with a control character in it would be a second command: whoever lets one
    /// come this far has a bug, and nothing of it leaves.
    /// </summary>
    public static byte[] Line(string line) =>
        line.Any(char.IsControl)
            ? throw new ArgumentException("A command must not hold control characters.", nameof(line))
            : Encoding.UTF8.GetBytes(line + "\r\n");
}
