namespace HveRelay.Operations.Verbs.Why;

/// <summary>Something that happened to a message.</summary>
/// <param name="What">One word.</param>
/// <param name="Details">Lines below it, each with a word of its own.</param>
internal sealed record Moment(DateTimeOffset At, string What, string Words, IReadOnlyList<(string What, string Words)> Details);
