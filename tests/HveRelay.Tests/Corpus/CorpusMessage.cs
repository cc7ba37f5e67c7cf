using System.Text;

namespace HveRelay.Tests.Corpus;

/// <summary>A message as some device or application sends it. Made here, after the shape of the real ones.</summary>
/// <param name="Header">With the line end of its last line.</param>
/// <param name="Gap">What stands between header and body: the empty line, unless the sender forgot it.</param>
internal sealed record CorpusMessage(string Name, byte[] Header, byte[] Body, string From = "device@contoso.com", string Gap = "\r\n")
{
    public byte[] Content => [.. Header, .. Encoding.ASCII.GetBytes(Gap), .. Body];

    /// <summary>All of them, each with a name of its own.</summary>
    public static IReadOnlyList<CorpusMessage> All { get; } =
        [.. ScannerShapes.All(), .. DeviceShapes.All(), .. ApplicationShapes.All(), .. JapaneseShapes.All(), .. MalformedShapes.All()];

    /// <param name="header">Lines, parted by LF; octets above 127 become those of <paramref name="charset"/>.</param>
    public static CorpusMessage Of(string name, string header, string body, string charset = "utf-8", string from = "device@contoso.com") =>
        new(name, Octets(header, charset), Octets(body, charset), from);

    /// <summary>Lines in CRLF, the last one too.</summary>
    public static byte[] Octets(string lines, string charset = "utf-8")
    {
        var text = lines.Replace("\n", "\r\n", StringComparison.Ordinal);
        text += text.Length == 0 || text.EndsWith("\r\n", StringComparison.Ordinal) ? "" : "\r\n";
        return HveRelay.Smtp.Message.Charsets.Find(charset)!.GetBytes(text);
    }

    /// <summary>Octets that look like those of a file, in base 64 with lines of so many characters; 0: in one line.</summary>
    public static string File(int seed, int length, int line = 76)
    {
        var octets = new byte[length];
        new Random(seed).NextBytes(octets);
        var text = Convert.ToBase64String(octets);
        return line == 0 ? text : string.Join('\n', text.Chunk(line).Select(chunk => new string(chunk)));
    }

    public static string Word(string text, string charset = "utf-8", char encoding = 'B')
    {
        var octets = HveRelay.Smtp.Message.Charsets.Find(charset)!.GetBytes(text);
        return $"=?{charset}?{encoding}?{(encoding == 'B' ? Convert.ToBase64String(octets) : string.Concat(octets.Select(octet => $"={octet:X2}")))}?=";
    }
}
