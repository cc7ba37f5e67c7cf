using System.Globalization;
using System.Text.RegularExpressions;

namespace HveRelay.Wording;

/// <summary>A sentence with blanks, <c>{0} paused it</c>, and the same in another language.</summary>
internal sealed partial class SentenceForm(string english, string own)
{
    /// <summary>Made when it is asked for, in linear time whatever a server said.</summary>
    private readonly Lazy<Regex> _pattern = new(() => new Regex(
        $"^{string.Concat(Blank().Split(english).Select(Regex.Escape).Zip([.. Blank().Matches(english).Select(Group), string.Empty], string.Concat))}$",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        Regex.InfiniteMatchTimeout));

    public static bool HasBlanks(string sentence) => Blank().IsMatch(sentence);

    /// <summary>The blanks of a sentence, in the order of their numbers.</summary>
    public static IReadOnlyList<string> BlanksOf(string sentence) => [.. Blank().Matches(sentence).Select(match => match.Value).Order(StringComparer.Ordinal)];

    public bool Matches(string sentence) => _pattern.Value.IsMatch(sentence);

    /// <param name="say">What is put in may be a sentence itself.</param>
    public string Fill(string sentence, Func<string, string> say)
    {
        var found = _pattern.Value.Match(sentence);
        return Blank().Replace(own, blank => say(found.Groups["b" + blank.Value[1..^1]].Value));
    }

    private static string Group(Match blank) => string.Create(CultureInfo.InvariantCulture, $"(?<b{blank.Value[1..^1]}>.+?)");

    [GeneratedRegex(@"\{[0-9]\}", RegexOptions.None, 1000)]
    private static partial Regex Blank();
}
