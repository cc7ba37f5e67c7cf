using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>What a reply means at some stages.</summary>
public sealed record ReplyMeaning(IReadOnlyList<Stage> Stages, ReplyVerdict Verdict)
{
    public string Does => ReplyConduct.Table[Verdict.Class];
}

/// <summary>What a reply means, where nobody says at which stage it came: at each stage, what is known first. Pure.</summary>
/// <param name="Meanings">Empty where the reply is no failure.</param>
public sealed record ReplyExplanation(Reply Reply, IReadOnlyList<ReplyMeaning> Meanings)
{
    /// <summary>The stages that end in a reply.</summary>
    public static IReadOnlyList<Stage> Stages { get; } =
        [Stage.Greeting, Stage.Hello, Stage.StartTls, Stage.Auth, Stage.Mail, Stage.Rcpt, Stage.Data, Stage.FinalDot];

    public bool IsKnown => Meanings.Any(meaning => meaning.Verdict.IsKnown);

    public static ReplyExplanation Of(ReplyTable replies, Reply reply, Stage? stage = null)
    {
        if (!reply.IsTransient && !reply.IsPermanent)
        {
            return new ReplyExplanation(reply, []);
        }

        var meanings = from each in Stages
                       where stage is null || each == stage
                       group each by replies.Classify(each, reply) into same
                       orderby same.Key.IsKnown descending
                       select new ReplyMeaning([.. same], same.Key);
        return new ReplyExplanation(reply, [.. meanings]);
    }

    /// <summary>What came of a recipient in an attempt of the history; null where it was no failure, or words that mean nothing here.</summary>
    public static ReplyVerdict? OfAttempt(ReplyTable replies, AttemptResultRecord result) => result.Failure is { } failure
        ? replies.Classify(new SmtpFailure(failure.Stage, failure.Breakage == Breakage.None && Reply.TryParse(result.Reply, out var reply) ? reply : null, failure.Breakage, result.Reply))
        : OfAttempt(replies, result.Reply, result.Outcome);

    /// <summary>
    /// What words in the history mean, whose stage it does not have, by what the relay did about them. Null where they are no reply,
    /// or one that was no failure.
    /// </summary>
    public static ReplyVerdict? OfAttempt(ReplyTable replies, string words, Outcome outcome) =>
        outcome is Outcome.Deferred or Outcome.Failed or Outcome.Expired && Reply.TryParse(words, out var reply)
            ? Of(replies, reply!).Meanings.FirstOrDefault(
                meaning => outcome == Outcome.Expired || (meaning.Verdict.Class == ReplyClass.Permanent) == (outcome == Outcome.Failed))?.Verdict
            : null;
}
