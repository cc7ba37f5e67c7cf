using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>What a person reads where a client strays from the RFCs; docs/operating.md says what to do about each.</summary>
internal static class QuirkWords
{
    /// <summary>The words are stored: change one, and what was counted under it stays under the old one.</summary>
    public static readonly (Quirks Quirk, string Words)[] Table =
    [
        (Quirks.SpaceAfterColon, "space after the colon"),
        (Quirks.NoBrackets, "no angle brackets"),
        (Quirks.BareNewlineCommand, "bare LF after commands"),
        (Quirks.BareNewlineContent, "bare CR or LF in messages"),
        (Quirks.OddHelloName, "odd EHLO name"),
        (Quirks.SourceRoute, "source route"),
        (Quirks.NoDomain, "address without domain"),
        (Quirks.UndeclaredEightBit, "8-bit undeclared"),
        (Quirks.NoHello, "no EHLO"),
    ];

    private static readonly IReadOnlyDictionary<string, long> None = new Dictionary<string, long>();

    /// <summary>The words of those there are.</summary>
    public static IReadOnlyList<string> Of(Quirks quirks) => quirks == Quirks.None
        ? []
        : [.. Table.Where(row => quirks.HasFlag(row.Quirk)).Select(row => row.Words)];

    /// <summary>Each of the quirks once.</summary>
    public static IReadOnlyDictionary<string, long> Count(Quirks quirks) => quirks == Quirks.None
        ? None
        : Of(quirks).ToDictionary(words => words, _ => 1L, StringComparer.Ordinal);
}
