using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>
/// Finds the reply in what people paste: the reply itself, on one line or several, with what a client puts before each; a line of our
/// log, as text or JSON; a sentence that quotes it. Pure.
/// </summary>
public static partial class PastedReply
{
    /// <summary>Null where there is none.</summary>
    public static Reply? Find(string pasted)
    {
        var text = OfLog(pasted.Trim()).Replace("\\r\\n", "\n", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        return OfLines(text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) ?? OfSentence(text);
    }

    private static string OfLog(string text)
    {
        if (text is ['{', ..])
        {
            try
            {
                using var line = JsonDocument.Parse(text);
                return line.RootElement.TryGetProperty("reply", out var reply) ? reply.ToString() : text;
            }
            catch (JsonException)
            {
                return text;
            }
        }

        var field = Field().Match(text);
        return !field.Success ? text : Escape().Replace(
            field.Groups["reply"].Value,
            escape => escape.Groups["code"] is { Success: true, Value: var code }
                ? ((char)int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()
                : escape.Value[1..]);
    }

    /// <summary>RFC 5321 section 4.2.1: the lines of one reply begin with its code; what has none is a line that was wrapped.</summary>
    private static Reply? OfLines(IEnumerable<string> lines)
    {
        Reply? found = null;
        var ended = false;
        foreach (var line in lines)
        {
            var match = Line().Match(line);
            if (match.Success && Reply.TryParse(match.Groups["reply"].Value, out var reply))
            {
                if (ended || (found is not null && found.Code != reply!.Code))
                {
                    break;
                }

                found = found is null ? reply : found with { Enhanced = found.Enhanced ?? reply!.Enhanced, Lines = [.. found.Lines, .. reply!.Lines] };
                ended = match.Groups["reply"].Value is not [_, _, _, '-', ..];
            }
            else if (found is not null)
            {
                found = found with { Lines = [.. found.Lines, line] };
            }
        }

        return found;
    }

    private static Reply? OfSentence(string text) =>
        Sentence().Match(text) is { Success: true } quoted && Reply.TryParse(quoted.Value, out var reply) ? reply : null;

    [GeneratedRegex("""(?<![\w-])reply="(?<reply>(?:[^"\\]|\\.)*)"|(?<![\w-])reply=(?<reply>[0-9]{3})""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Field();

    [GeneratedRegex("""\\(?:u(?<code>[0-9a-fA-F]{4})|.)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape();

    [GeneratedRegex("""^(?:[<>*~=|-]+\s*|S:\s*|")?(?<reply>[2-5][0-9]{2}(?:[ -].*)?)$""", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""(?<![0-9.])[45][0-9]{2}[ -][45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.]).*""", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Sentence();
}
