using System.Text;

namespace HveRelay.Smtp.Client;

/// <summary>The commands of a transaction as the server's keywords allow them.</summary>
internal static class TransactionCommands
{
    public const string Reset = "RSET";
    public const string Data = "DATA";

    public static string Mail(MailTransaction message, ServerKeywords keywords)
    {
        var line = new StringBuilder($"MAIL FROM:<{message.ReversePath}>");
        if (keywords.Size is not null)
        {
            // RFC 1870 section 6.
            line.Append(" SIZE=").Append(message.Size);
        }

        // RFC 6152 section 3. Where it is needed and not offered the body goes as it is: it is never edited, and every server
        // that runs today takes eight bits.
        if (message.EightBit && keywords.EightBitMime)
        {
            line.Append(" BODY=8BITMIME");
        }

        // RFC 6531 section 3.4. Where it is not offered the server refuses the address, and says so for that recipient.
        if (keywords.SmtpUtf8 && message.Recipients.Append(message.ReversePath).Any(address => !Ascii.IsValid(address)))
        {
            line.Append(" SMTPUTF8");
        }

        return line.ToString();
    }

    public static string Rcpt(string recipient) => $"RCPT TO:<{recipient}>";

    /// <summary>
    /// All in one go (RFC 2920 section 3.1): DATA must be the last of a group. Built before anything is sent, so that an
    /// address that must not leave stops the transaction while nothing has happened.
    /// </summary>
    public static byte[] Group(IEnumerable<string> commands) => [.. commands.SelectMany(Command.Line)];
}
