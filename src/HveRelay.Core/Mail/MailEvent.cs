using System.Globalization;
using System.Text;

namespace HveRelay.Mail;

public enum EventLevel
{
    Information,
    Warning,
    Error,
}

/// <summary>A line of the mail log: a name, and fields in a fixed order. Fields whose value is null are left out.</summary>
public sealed record MailEvent(DateTimeOffset At, EventLevel Level, string Name, IReadOnlyList<KeyValuePair<string, string?>> Fields)
{
    public string? this[string key] => Fields.FirstOrDefault(field => field.Key == key).Value;

    /// <summary><c>relayed id=… client=… reply="250 2.0.0 OK"</c>, always on one line.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(Name, 256);
        foreach (var (key, value) in Fields)
        {
            if (value is not null)
            {
                line.Append(' ').Append(key).Append('=');
                AppendValue(line, value);
            }
        }

        return line.ToString();
    }

    /// <summary>Quoted where it has to be; what could end the line or move a terminal's cursor is written as an escape.</summary>
    public static void AppendValue(StringBuilder line, string value)
    {
        if (value.Length > 0 && !NeedsQuotes(value))
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        foreach (var character in value)
        {
            if (character is '"' or '\\')
            {
                line.Append('\\').Append(character);
            }
            else if (char.IsControl(character) || character is '\u2028' or '\u2029')
            {
                line.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                line.Append(character);
            }
        }

        line.Append('"');
    }

    private static bool NeedsQuotes(string value)
    {
        foreach (var character in value)
        {
            if (character is ' ' or '"' or '\\' or '=' or '\u2028' or '\u2029' || char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
