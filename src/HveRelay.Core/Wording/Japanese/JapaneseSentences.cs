namespace HveRelay.Wording;

/// <summary>The relay's sentences in Japanese, by the English ones.</summary>
internal static class JapaneseSentences
{
    public static IReadOnlyList<(string English, string Own)> All { get; } =
    [
        .. HveReplies.Rows,
        .. SmarthostReplies.Rows,
        .. OwnFailures.Rows,
        .. Tokens.Rows,
        .. AccountStates.Rows,
        .. Explanations.Rows,
        .. DoctorFaults.Rows,
        .. Refusals.Rows,
        .. NextSteps.Rows,
    ];
}
