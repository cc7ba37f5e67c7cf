using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>An attempt in the JSON of <c>queue show</c> and of <c>why</c>: each result with what its reply means, in the words of the log.</summary>
internal static class AttemptJson
{
    /// <param name="replies">Whoever made the attempt has a table of its own.</param>
    public static object Of(AttemptRecord attempt, ReplyTables replies) => new
    {
        attempt.Part,
        attempt.Number,
        attempt.Account,
        attempt.StartedAt,
        attempt.EndedAt,
        attempt.Rewriting,
        results = attempt.Results.Select(result => Of(result, ReplyExplanation.OfAttempt(replies.Of(attempt.Account), result))),
    };

    private static object Of(AttemptResultRecord result, ReplyVerdict? verdict) => new
    {
        result.Recipient,
        result.Outcome,
        result.Reply,
        result.Failure?.Stage,
        result.Failure?.Breakage,
        verdict?.Class,
        verdict?.Fault,
        verdict?.Cause,
        verdict?.Remedy,
        verdict?.Who,
        verdict?.How,
        does = verdict is null ? null : ReplyConduct.Table[verdict.Class],
    };
}
