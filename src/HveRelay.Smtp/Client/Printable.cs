namespace HveRelay.Smtp.Client;

/// <summary>A server's words end up in log lines and pages: what is not printable ASCII becomes a question mark.</summary>
internal static class Printable
{
    public static string Of(ReadOnlySpan<byte> octets) =>
        string.Create(octets.Length, octets, static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Of((char)from[i]);
            }
        }).TrimEnd(' ');

    public static string Of(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Of(from[i]);
        }
    });

    private static char Of(char from) => from switch
    {
        '\t' => ' ',
        >= ' ' and <= '~' => from,
        _ => '?',
    };
}
