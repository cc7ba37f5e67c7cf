using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using HveRelay.Configuration;

namespace HveRelay.Operations.Doctor;

/// <summary>What the next hop says before TLS, and the time in it: <c>220 … ready at Sun, 22 Nov 2026 03:12:00 +0000</c>.</summary>
/// <param name="Line">The first line; empty where none came in time.</param>
/// <param name="Time">Null where it has none.</param>
internal sealed partial record HopGreeting(string Line, DateTimeOffset? Time)
{
    private const int Longest = 512; // RFC 5321 section 4.5.3.1.5

    /// <summary>Null where there is no connection, or TLS comes first.</summary>
    public static async Task<HopGreeting?> ReadAsync(Examination examination, CancellationToken cancel)
    {
        var hve = examination.Options.Hve;
        if (hve.Security == UpstreamSecurity.Implicit)
        {
            return null;
        }

        var (socket, _) = await examination.Dialer.DialAsync(hve.Host, hve.Port, cancel);
        if (socket is null)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(Examination.Patience.Greeting, examination.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var heard = new byte[Longest];
        var count = 0;
        try
        {
            while (count < heard.Length && heard.AsSpan(0, count).IndexOf((byte)'\n') < 0
                && await stream.ReadAsync(heard.AsMemory(count), either.Token) is > 0 and var read)
            {
                count += read;
            }

            await stream.WriteAsync("QUIT\r\n"u8.ToArray(), either.Token);
            _ = await stream.ReadAsync(new byte[Longest], either.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // What came until then is what there is.
        }

        return Parse(Encoding.Latin1.GetString(heard, 0, count));
    }

    public static HopGreeting Parse(string text)
    {
        var line = text.Split('\r', '\n')[0];
        return new HopGreeting(line, Date().Match(line) is { Success: true } date
            && DateTimeOffset.TryParse(date.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null);
    }

    [GeneratedRegex(@"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|[+-]\d{4})", RegexOptions.None, 1000)]
    private static partial Regex Date();
}
