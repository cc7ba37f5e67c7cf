using System.Text;

namespace HveRelay.Benchmarks.Queues;

/// <summary>The message of the loads that are made in this process.</summary>
internal static class BenchmarkMessage
{
    private const int Line = 80;

    /// <summary>A header block, and a body of so many octets in lines that end in CRLF.</summary>
    public static byte[] Content(int octets)
    {
        var text = new StringBuilder("From: scanner@contoso.com\r\nTo: you@contoso.com\r\nSubject: benchmark\r\n\r\n");
        for (var written = 0; written < octets; written += Line)
        {
            text.Append('X', Math.Max(0, Math.Min(Line, octets - written) - 2)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
