using System.Buffers;
using System.Globalization;

namespace HveRelay.Simulator;

/// <summary>The argument of MAIL or RCPT: a path and its parameters (RFC 5321 section 4.1.2).</summary>
/// <param name="Address">Without brackets; empty is the null reverse-path.</param>
/// <param name="Parameters">Keyword in upper case, and the value; null where there is no <c>=</c>.</param>
internal readonly record struct EnvelopeArgument(string Address, IReadOnlyList<(string Keyword, string? Value)> Parameters);

/// <summary>Takes command lines apart, and forgives nothing.</summary>
internal static class CommandText
{
    private static readonly SearchValues<char> Keyword =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    public static (string Verb, string Argument) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line.ToUpperInvariant(), "") : (line[..space].ToUpperInvariant(), line[(space + 1)..]);
    }

    /// <param name="prefix"><c>FROM:</c> or <c>TO:</c>. No space may follow it, and the brackets are not optional.</param>
    public static EnvelopeArgument? Envelope(string argument, string prefix)
    {
        if (!argument.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) || argument.Length <= prefix.Length + 1 || argument[prefix.Length] != '<')
        {
            return null;
        }

        var close = EndOfPath(argument, prefix.Length + 1);
        if (close < 0)
        {
            return null;
        }

        var parameters = Array.Empty<(string, string?)>();
        if (close + 1 < argument.Length)
        {
            if (argument[close + 1] != ' ')
            {
                return null;
            }

            parameters = [.. argument[(close + 2)..].Split(' ').Select(Parameter)];
        }

        return Array.Exists(parameters, parameter => parameter.Item1.Length == 0)
            ? null
            : new EnvelopeArgument(argument[(prefix.Length + 1)..close], parameters);
    }

    /// <summary>A number of octets, as SIZE and BDAT have it; null: it is none.</summary>
    public static long? Octets(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int EndOfPath(string argument, int start)
    {
        var quoted = false;
        for (var i = start; i < argument.Length; i++)
        {
            switch (argument[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '>' when !quoted:
                    return i;
            }
        }

        return -1;
    }

    /// <summary>An empty keyword says that it is no parameter.</summary>
    private static (string, string?) Parameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (keyword, value) = equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
        return keyword.AsSpan().ContainsAnyExcept(Keyword) || keyword.StartsWith('-') || value is "" || value?.Contains('=', StringComparison.Ordinal) == true
            ? ("", null)
            : (keyword.ToUpperInvariant(), value);
    }
}
