using System.Text;

namespace HveRelay.Smtp.Server;

/// <summary>A handshake that came to nothing: for a person who has to find out which device wants what.</summary>
/// <param name="IsTls">What came is TLS, or nothing came at all; else the client speaks something else.</param>
/// <param name="SaidNothing">Not one octet came before the client was gone.</param>
/// <param name="Sentence">Why it failed, and what the client offered.</param>
internal sealed record HandshakeFailure(bool IsTls, bool SaidNothing, string Sentence)
{
    /// <summary>Octets of something else that are shown.</summary>
    private const int MostShown = 24;

    // What comes to a port of TLS by mistake, and how a person finds the one who made it.
    private static readonly (string Begins, string Words)[] Others =
    [
        ("GET ", "HTTP"), ("POST ", "HTTP"), ("HEAD ", "HTTP"), ("PUT ", "HTTP"), ("OPTIONS ", "HTTP"), ("CONNECT ", "HTTP"), ("PRI * ", "HTTP"),
        ("EHLO", "SMTP without TLS"), ("HELO", "SMTP without TLS"), ("MAIL ", "SMTP without TLS"), ("QUIT", "SMTP without TLS"),
        ("NOOP", "SMTP without TLS"), ("RSET", "SMTP without TLS"), ("STARTTLS", "SMTP without TLS"), ("AUTH ", "SMTP without TLS"),
        ("PROXY ", "a PROXY header"), ("SSH-", "SSH"),
    ];

    /// <param name="octets">The first that the client sent, as many as were kept.</param>
    /// <param name="reason">Of the TLS library.</param>
    public static HandshakeFailure Of(ReadOnlySpan<byte> octets, bool timedOut, string reason)
    {
        var why = timedOut ? "no handshake in time" : reason;
        if (octets.IsEmpty)
        {
            // A client without TLS waits for the greeting, and we for its hello.
            return new(true, !timedOut, timedOut ? $"{why}: nothing came, as from a client that speaks no TLS here" : "the client went away without a word");
        }

        return ClientHello.IsTls(octets)
            ? new(true, false, ClientHello.Read(octets) is { } hello ? $"{why}; {hello}" : $"{why}; the client's hello is cut off or damaged")
            : new(false, false, $"not TLS: {Other(octets)}");
    }

    private static string Other(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.Latin1.GetString(octets[..Math.Min(octets.Length, MostShown)]);
        foreach (var (begins, words) in Others)
        {
            if (text.StartsWith(begins, StringComparison.OrdinalIgnoreCase))
            {
                return words;
            }
        }

        return $"'{string.Concat(text.Select(octet => octet is >= ' ' and <= '~' ? octet : '?'))}'";
    }
}
