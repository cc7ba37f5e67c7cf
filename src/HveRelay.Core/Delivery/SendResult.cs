using HveRelay.Smtp;
namespace HveRelay.Delivery;

/// <summary>What came of trying to send a part once.</summary>
internal abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>HVE asked for less and gets fewer connections: the account need not be left alone for it.</summary>
    public bool GaveWay { get; init; }

    /// <summary>There was a transaction; <paramref name="Results"/> go with the first recipients of the part.</summary>
    public sealed record Attempted(long AttemptId, IReadOnlyList<RecipientResult> Results) : SendResult;

    /// <summary>No connection could be had; nothing was reserved.</summary>
    public sealed record NoConnection(SmtpFailure Failure) : SendResult;

    /// <summary>No recipient fits in the quota.</summary>
    public sealed record NoQuota(string Scope, DateTimeOffset Until) : SendResult;

    /// <summary>The circuit is open, or the lease was lost: as if it had not been taken.</summary>
    public sealed record NotTried : SendResult;

    /// <summary>
    /// The failure that speaks of the account or the way to HVE: it counts for the circuit breaker. A refused recipient does not.
    /// </summary>
    public SmtpFailure? TroubleIn(ReplyTable replies) => this switch
    {
        NoConnection none => none.Failure,
        Attempted attempted => attempted.Results
            .OfType<RecipientResult.NotSent>()
            .Select(result => result.Failure)
            .FirstOrDefault(failure => IsTrouble(replies.Classify(failure).Class)),
        _ => null,
    };

    /// <summary>HVE wants less, said so politely, and nothing of the message was taken: worth one more try at once.</summary>
    public bool IsThrottledIn(ReplyTable replies) => this is Attempted attempted
        && attempted.Results.All(result => result is RecipientResult.NotSent { Failure.Reply: { } reply } failed
            && reply.Code != 421
            && replies.Classify(failed.Failure).Class == ReplyClass.Throttled);

    /// <summary>HVE took the message, of whatever recipients.</summary>
    public bool IsGood => this is Attempted attempted && attempted.Results.Any(result => result is RecipientResult.Accepted);

    /// <summary>HVE has too much of us: 432, 421, 4.7.x.</summary>
    public bool AsksForLessIn(ReplyTable replies) => this switch
    {
        NoConnection none => AsksForLess(none.Failure, replies),
        Attempted attempted => attempted.Results.Any(result => result is RecipientResult.NotSent failed && AsksForLess(failed.Failure, replies)),
        _ => false,
    };

    private static bool AsksForLess(SmtpFailure failure, ReplyTable replies) => failure.Reply is { } reply && replies.Classify(failure).Class switch
    {
        ReplyClass.Throttled => true,
        ReplyClass.Retry => reply is { Code: 421 } or { Code: 451, Enhanced: { Class: 4, Subject: 7 } },
        _ => false,
    };

    private static bool IsTrouble(ReplyClass @class) =>
        @class is ReplyClass.AccountFault or ReplyClass.Throttled or ReplyClass.QuotaReached or ReplyClass.NewToken;
}
