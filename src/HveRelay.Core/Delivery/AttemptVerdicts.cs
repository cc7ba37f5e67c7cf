using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>
/// What the results of one transaction mean for its recipients and for the account. Pure, with the time and the schedule handed in.
/// </summary>
/// <param name="Ends">One for each recipient that was attempted.</param>
/// <param name="Trouble">The failure that concerns the account rather than a recipient, or null.</param>
public sealed record AttemptVerdicts(IReadOnlyList<AttemptVerdict> Ends, (ReplyVerdict Verdict, string Words)? Trouble)
{
    /// <summary>HVE says "quota" and no more: when the day rolls over there is unknown.</summary>
    internal static readonly TimeSpan QuotaWait = TimeSpan.FromHours(1);

    /// <summary>Attempts after which what one account cannot send goes by another without a wait.</summary>
    private const int AtOnce = 5;

    public static AttemptVerdicts Of(
        DuePart part, IReadOnlyList<RecipientResult> results, RetrySchedule schedule, ReplyTable replies, DateTimeOffset now, AttemptTerms terms = default)
    {
        // Drawn once: what was sent together is due together, or the next attempt would fall into pieces.
        var waits = new Waits(schedule.After(part.Wait, now), schedule.After(1, now), now, schedule.Longest, terms);
        var anyAccepted = results.Any(result => result is RecipientResult.Accepted);
        (ReplyVerdict, string)? trouble = null;
        var ends = new AttemptVerdict[results.Count];
        for (var i = 0; i < results.Count; i++)
        {
            var recipient = part.Recipients[i];
            ends[i] = results[i] switch
            {
                RecipientResult.Accepted accepted => new(recipient.Address, new(recipient.Number, Outcome.Relayed, accepted.Reply.ToString()), null),
                RecipientResult.Unsure unsure => new(
                    recipient.Address,
                    new(recipient.Number, Outcome.Unsure, unsure.Failure.Words, terms.Holds(recipient) ? null : waits.Later),
                    null),
                RecipientResult.NotSent failed => NotSent(part, recipient, failed.Failure, replies, anyAccepted, waits),
                _ => throw new InvalidOperationException($"No such result: {results[i]}"),
            };
            if (ends[i].Verdict is { Class: ReplyClass.AccountFault or ReplyClass.Throttled or ReplyClass.QuotaReached } verdict)
            {
                trouble ??= (verdict, ends[i].End.Reply);
            }
        }

        return new AttemptVerdicts(ends, trouble);
    }

    /// <summary>There was no connection: the whole part failed in the same way, and the account with it.</summary>
    public static AttemptVerdicts OfNoConnection(
        DuePart part, SmtpFailure failure, RetrySchedule schedule, ReplyTable replies, DateTimeOffset now, AttemptTerms terms = default) =>
        Of(part, [.. part.Recipients.Select(_ => new RecipientResult.NotSent(failure))], schedule, replies, now, terms)
            with { Trouble = (replies.Classify(failure).InTheEnd, failure.Words) };

    private static AttemptVerdict NotSent(
        DuePart part, DueRecipient recipient, SmtpFailure failure, ReplyTable replies, bool anyAccepted, Waits waits)
    {
        var verdict = replies.Classify(failure).InTheEnd;
        var isOver = waits.Now >= part.Envelope.ExpiresAt;
        return verdict.Class switch
        {
            ReplyClass.Permanent => Ended(Outcome.Failed, null),

            // Without progress "too many recipients" is a refusal like any other, or we would go in circles.
            ReplyClass.Split when anyAccepted => Ended(Outcome.Deferred, waits.Now),

            // Promises 4 and 5: what is not the message's fault never ends it.
            // Two accounts that refuse it in turn must not hand it to and fro as fast as the line goes.
            ReplyClass.AccountFault or ReplyClass.QuotaReached when waits.Terms.GoesOtherwise =>
                Ended(Outcome.Deferred, part.Wait <= AtOnce ? waits.Now : waits.Soon),

            // The account waits, and the mail is there when it is well again: but as a probe each message has its turn.
            ReplyClass.AccountFault => Ended(Outcome.Deferred, waits.Soon),
            ReplyClass.QuotaReached => Ended(Outcome.Deferred, waits.Now + QuotaWait),
            _ when isOver && waits.Terms.HasHadItsWait(recipient, part.Envelope.ExpiresAt, waits.Now, waits.Longest) => Ended(Outcome.Expired, null),

            // It says nothing about the message, and the account sees to it that the next hop gets less.
            ReplyClass.Throttled => Ended(Outcome.Deferred, InTime(waits.Soon)),
            _ => Ended(Outcome.Deferred, InTime(waits.Later)),
        };

        // The last attempt is made when the lifetime ends, whatever the schedule says.
        DateTimeOffset InTime(DateTimeOffset due) => due < part.Envelope.ExpiresAt || isOver ? due : part.Envelope.ExpiresAt;

        AttemptVerdict Ended(Outcome outcome, DateTimeOffset? due) =>
            new(recipient.Address, new RecipientEnd(recipient.Number, outcome, failure.Words, due) { Failure = new FailurePoint(failure.Stage, failure.Breakage) }, verdict);
    }

    /// <param name="Later">By the schedule.</param>
    /// <param name="Soon">The first wait of the schedule.</param>
    /// <param name="Longest">No wait of the schedule is longer.</param>
    private readonly record struct Waits(DateTimeOffset Later, DateTimeOffset Soon, DateTimeOffset Now, TimeSpan Longest, AttemptTerms Terms);
}

/// <summary>What the configuration and the other accounts have to say about the ends of an attempt.</summary>
/// <param name="GoesOtherwise">Another account sends what this one cannot.</param>
public readonly record struct AttemptTerms(WhenUnsure WhenUnsure, bool GoesOtherwise)
{
    /// <summary>Unsure twice, a recipient would be sent to without end: a person has to ask.</summary>
    public bool Holds(DueRecipient unsure) => WhenUnsure == WhenUnsure.Hold || unsure.WasUnsure;

    /// <summary>By recipient, when it last failed for a reason that may end it; null where nothing is known of it.</summary>
    public IReadOnlyDictionary<int, DateTimeOffset>? FailedBefore { get; init; }

    /// <summary>
    /// Its latest failure was after the lifetime's end, or so lately that this attempt was what it waited for. Else it waited for an account
    /// or for quota, and is not ended for that.
    /// </summary>
    public bool HasHadItsWait(DueRecipient recipient, DateTimeOffset expiresAt, DateTimeOffset now, TimeSpan longestWait) =>
        FailedBefore is { } before && before.TryGetValue(recipient.Number, out var failed) && (failed >= expiresAt || now - failed <= longestWait + AnAttempt);

    /// <summary>How long one may take, roughly: the content, and HVE's reply to it.</summary>
    private static readonly TimeSpan AnAttempt = TimeSpan.FromMinutes(15);
}

/// <param name="Verdict">What the failure means; null where there was none.</param>
public sealed record AttemptVerdict(string Address, RecipientEnd End, ReplyVerdict? Verdict);
