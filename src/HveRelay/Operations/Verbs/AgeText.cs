using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HveRelay.Operations.Verbs;

/// <summary>A length of time as people type it: 90m, 2h, 3d, 1d12h, or as the configuration writes it: [d.]hh:mm:ss.</summary>
internal static partial class AgeText
{
    public const string Forms = "90s, 90m, 2h, 3d, 1d12h or [d.]hh:mm:ss";

    private const double MostDays = 36500;

    private static readonly Dictionary<char, TimeSpan> Units = new()
    {
        ['s'] = TimeSpan.FromSeconds(1),
        ['m'] = TimeSpan.FromMinutes(1),
        ['h'] = TimeSpan.FromHours(1),
        ['d'] = TimeSpan.FromDays(1),
    };

    /// <summary>An option of that form.</summary>
    public static Option<TimeSpan> Option(string name, string description) => new(name)
    {
        Description = $"{description}: {Forms}",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!TryParse(text, out var age))
            {
                result.AddError($"{name}: {text} is no length of time, like {Forms}");
            }

            return age;
        },
    };

    public static bool TryParse(string text, out TimeSpan age)
    {
        age = default;

        // TimeSpan takes a bare number for days, which nobody means.
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out age) && age >= TimeSpan.Zero && age.TotalDays <= MostDays;
        }

        if (Form().Match(text.ToLowerInvariant()) is not { Success: true } match)
        {
            return false;
        }

        foreach (Capture part in match.Groups["part"].Captures)
        {
            var units = double.Parse(part.Value[..^1], CultureInfo.InvariantCulture);
            if (age.TotalDays + (units * Units[part.Value[^1]].TotalDays) > MostDays)
            {
                return false;
            }

            age += units * Units[part.Value[^1]];
        }

        return true;
    }

    [GeneratedRegex("""^(?<part>[0-9]{1,9}[smhd])+$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
