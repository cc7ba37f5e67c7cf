namespace HveRelay.Wording;

// The rules:
//   1. The sentences stand in English where they are decided: in the table of replies, the checks of the doctor, the states of accounts.
//      Log, replies and JSON have them so.
//   2. A table of another language is keyed by the English sentence; {0} and {1} stand for what is put in.
//   3. What a table does not have stays as it is: what others said, and what the configuration says by itself.

/// <summary>A language that people read.</summary>
public sealed class Language
{
    private readonly Dictionary<string, string> _whole;
    private readonly SentenceForm[] _forms;

    private Language(string name, NoticeWords notice, IReadOnlyList<(string English, string Own)> sentences)
    {
        (Name, Notice, Sentences) = (name, notice, sentences);
        _whole = sentences.Where(row => !SentenceForm.HasBlanks(row.English)).ToDictionary(row => row.English, row => row.Own, StringComparer.Ordinal);
        _forms = [.. sentences.Where(row => SentenceForm.HasBlanks(row.English)).Select(row => new SentenceForm(row.English, row.Own))];
    }

    public static Language English { get; } = new("en", NoticeWords.English, []);

    public static Language Japanese { get; } = new("ja", JapaneseNotice.Words, JapaneseSentences.All);

    public static IReadOnlyList<Language> All { get; } = [English, Japanese];

    /// <summary>As the configuration has it: en, ja.</summary>
    public string Name { get; }

    public NoticeWords Notice { get; }

    public IReadOnlyList<(string English, string Own)> Sentences { get; }

    public bool IsEnglish => ReferenceEquals(this, English);

    public static Language Of(string name) => All.FirstOrDefault(language => language.Name == name) ?? English;

    /// <summary>A sentence of the relay in this language.</summary>
    public string Say(string english) =>
        _whole.GetValueOrDefault(english) ?? Array.Find(_forms, form => form.Matches(english))?.Fill(english, Inner) ?? english;

    /// <summary>Two sentences, one behind the other.</summary>
    public string Say(string first, string second)
    {
        var (one, other) = (Say(first), Say(second));
        return other.Length == 0 ? one : one.EndsWith('。') ? one + other : $"{one}. {other}";
    }

    /// <summary>Who does what, a colon between; nobody named: the whole is the second.</summary>
    public static (string Who, string How) Split(string remedy) =>
        remedy.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? (remedy[..colon], remedy[(colon + 2)..])
        : remedy.IndexOf('：') is > 0 and var wide ? (remedy[..wide], remedy[(wide + 1)..])
        : (string.Empty, remedy);

    /// <summary>A single word that is put in is somebody's name.</summary>
    private string Inner(string value) => value.Contains(' ', StringComparison.Ordinal) ? _whole.GetValueOrDefault(value) ?? value : value;
}
