using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>
/// When the recipients of a part last failed for a reason that may end them. What waited for an account or for quota until its lifetime was
/// over has none of these, and promises 4 and 5 give it one wait of the schedule more. Asked only where the lifetime is over.
/// </summary>
public static class EarlierFailures
{
    public static IReadOnlyDictionary<int, DateTimeOffset> Of(MessageRecord record, int part, ReplyTable replies)
    {
        var latest = new Dictionary<int, DateTimeOffset>();
        foreach (var attempt in record.Attempts.Where(attempt => attempt.Part == part).OrderBy(attempt => attempt.Number))
        {
            foreach (var result in attempt.Results.Where(result => Counts(result, replies)))
            {
                latest[result.Recipient] = attempt.EndedAt ?? attempt.StartedAt;
            }
        }

        return latest;
    }

    private static bool Counts(AttemptResultRecord result, ReplyTable replies) => result.Outcome switch
    {
        Outcome.Unsure => true,
        Outcome.Deferred => ReplyExplanation.OfAttempt(replies, result)?.InTheEnd.Class is not (ReplyClass.AccountFault or ReplyClass.QuotaReached),
        _ => false,
    };
}
