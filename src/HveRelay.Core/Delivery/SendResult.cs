using HveRelay.Smtp;
namespace HveRelay.Delivery;

/// <summary>What came of trying to send a part once.</summary>
internal abstract record SendResult
{
    private SendResult()
    {
    }

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

    private static bool IsTrouble(ReplyClass @class) =>
        @class is ReplyClass.AccountFault or ReplyClass.Throttled or ReplyClass.QuotaReached or ReplyClass.NewToken;
}
