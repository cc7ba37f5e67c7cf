using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary>Reads the fields of a line of the mail log back, by the form of <see cref="Mail.MailEvent"/>. What is no such line has none.</summary>
internal static class LogLine
{
    /// <summary>Time, level and event stand before the fields.</summary>
    private const int WordsBefore = 3;

    public static IReadOnlyDictionary<string, string> Fields(string line) => line is ['{', ..] ? OfJson(line) : OfText(line);

    private static Dictionary<string, string> OfJson(string line)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(line);
            foreach (var field in json.RootElement.EnumerateObject())
            {
                fields[field.Name] = field.Value.ToString();
            }
        }
        catch (JsonException)
        {
            // Half a line that a full disk has left.
        }

        return fields;
    }

    private static Dictionary<string, string> OfText(string line)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 0;
        for (var word = 0; word < WordsBefore; word++)
        {
            at = line.IndexOf(' ', at) + 1;
            if (at == 0)
            {
                return fields;
            }
        }

        while (line.IndexOf('=', at) is var equals and >= 0)
        {
            var key = line[at..equals];
            fields[key] = Value(line, equals + 1, out at);
        }

        return fields;
    }

    /// <param name="next">Where the next key begins.</param>
    private static string Value(string line, int at, out int next)
    {
        if (at >= line.Length || line[at] != '"')
        {
            var end = line.IndexOf(' ', at) is var space and >= 0 ? space : line.Length;
            next = Math.Min(end + 1, line.Length);
            return line[at..end];
        }

        var value = new StringBuilder();
        for (at++; at < line.Length && line[at] != '"'; at++)
        {
            if (line[at] != '\\' || at + 1 == line.Length)
            {
                value.Append(line[at]);
            }
            else if (line[++at] == 'u' && at + 4 < line.Length
                && ushort.TryParse(line.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            {
                value.Append((char)code);
                at += 4;
            }
            else
            {
                value.Append(line[at]);
            }
        }

        next = Math.Min(at + 2, line.Length);
        return value.ToString();
    }
}
