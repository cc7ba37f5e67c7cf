using static HveRelay.Delivery.ReplyClass;

namespace HveRelay.Delivery;

/// <summary>What the relay does, class by class, for people; docs/hve.md has the same sentences.</summary>
public static class ReplyConduct
{
    public static IReadOnlyDictionary<ReplyClass, string> Table { get; } = new Dictionary<ReplyClass, string>
    {
        [Retry] = "tries these recipients again by Queue.RetrySchedule, until Queue.Lifetime is over; the account goes on",
        [Unreachable] = "tries these recipients again as with Retry; where no connection comes about the account is unreachable, and left alone for growing intervals up to 5 minutes",
        [Throttled] = "tries once more after about 2 s, then after the first wait of Queue.RetrySchedule; the account is throttled and goes on with half as many connections, one more every 30 s when all goes well; at its last connection it is left alone for growing intervals up to 1 minute",
        [QuotaReached] = "tries again in an hour; the account is exhausted, and its mail is kept",
        [AccountFault] = "keeps the mail, lets the account rest (faulty), raises an alarm, and probes with one message after 30 s and ever less often, up to 15 minutes",
        [NewToken] = "fetches a new token and tries once more at once; where that does not help, as with AccountFault",
        [Split] = "those accepted go, the others follow at once; where none was accepted, as with Retry",
        [Permanent] = "these recipients fail; the others are not touched",
    };
}
