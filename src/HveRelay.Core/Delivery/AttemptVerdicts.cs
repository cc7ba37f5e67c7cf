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

    public static AttemptVerdicts Of(DuePart part, IReadOnlyList<RecipientResult> results, RetrySchedule schedule, ReplyTable replies, DateTimeOffset now)
    {
        // Drawn once: what was sent together is due together, or the next attempt would fall into pieces.
        var later = schedule.After(part.Wait, now);
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
                    recipient.Address, new(recipient.Number, Outcome.Unsure, unsure.Failure.Words, later), null),
                RecipientResult.NotSent failed => NotSent(part, recipient, failed.Failure, replies, anyAccepted, later, now),
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
        DuePart part, SmtpFailure failure, RetrySchedule schedule, ReplyTable replies, DateTimeOffset now) =>
        Of(part, [.. part.Recipients.Select(_ => new RecipientResult.NotSent(failure))], schedule, replies, now)
            with { Trouble = (replies.Classify(failure), failure.Words) };

    private static AttemptVerdict NotSent(
        DuePart part, DueRecipient recipient, SmtpFailure failure, ReplyTable replies, bool anyAccepted, DateTimeOffset later, DateTimeOffset now)
    {
        var verdict = replies.Classify(failure);
        return verdict.Class switch
        {
            ReplyClass.Permanent => Ended(Outcome.Failed, null),

            // Without progress "too many recipients" is a refusal like any other, or we would go in circles.
            ReplyClass.Split when anyAccepted => Ended(Outcome.Deferred, now),

            // Promises 4 and 5: what is not the message's fault never ends it.
            ReplyClass.AccountFault => Ended(Outcome.Deferred, later),
            ReplyClass.QuotaReached => Ended(Outcome.Deferred, now + QuotaWait),
            _ when now >= part.Envelope.ExpiresAt => Ended(Outcome.Expired, null),

            // The last attempt is made when the lifetime ends, whatever the schedule says.
            _ => Ended(Outcome.Deferred, later < part.Envelope.ExpiresAt ? later : part.Envelope.ExpiresAt),
        };

        AttemptVerdict Ended(Outcome outcome, DateTimeOffset? due) =>
            new(recipient.Address, new RecipientEnd(recipient.Number, outcome, failure.Words, due) { Failure = new FailurePoint(failure.Stage, failure.Breakage) }, verdict);
    }
}

/// <param name="Verdict">What the failure means; null where there was none.</param>
public sealed record AttemptVerdict(string Address, RecipientEnd End, ReplyVerdict? Verdict);
