using System.Text.Json;
using System.Text.RegularExpressions;

namespace HveRelay.Upstream.Tokens;

/// <summary>What the identity platform said, for a log that others read: one line, no trace ids, no secret.</summary>
internal static partial class TokenWords
{
    private const int Longest = 400;

    /// <param name="body">An error of RFC 6749 section 5.2, or anything else.</param>
    /// <param name="otherwise">Where the body is no such error.</param>
    public static string Of(string? body, string otherwise, string? secret)
    {
        var (error, description) = Parse(body);
        return Clean(error is null ? otherwise : description is null ? error : $"{error}: {description}", secret);
    }

    public static string Clean(string words, string? secret)
    {
        if (!string.IsNullOrEmpty(secret))
        {
            words = words.Replace(secret, "***", StringComparison.Ordinal)
                .Replace(Uri.EscapeDataString(secret), "***", StringComparison.OrdinalIgnoreCase);
        }

        words = TraceId().Replace(Jwt().Replace(words, "***"), string.Empty);
        words = string.Concat(words.Select(letter => letter is >= ' ' and <= '~' ? letter : ' ')).Trim();
        return words.Length > Longest ? words[..Longest] + "..." : words;
    }

    private static (string? Error, string? Description) Parse(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? string.Empty);
            return (Text(json.RootElement, "error"), Text(json.RootElement, "error_description"));
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>Trace ID, Correlation ID and Timestamp follow the sentence.</summary>
    [GeneratedRegex(@"\s*Trace ID:.*", RegexOptions.Singleline, 1000)]
    private static partial Regex TraceId();

    /// <summary>An access token, or the assertion that our certificate signed: three parts in base64url, the first of them JSON.</summary>
    [GeneratedRegex(@"eyJ[\w-]+(?:\.[\w-]*)*", RegexOptions.None, 1000)]
    private static partial Regex Jwt();
}
