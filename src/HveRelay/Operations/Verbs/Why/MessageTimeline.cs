using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Wording;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>What happened to one message, from the connection of its client on, oldest first. Pure.</summary>
internal static class MessageTimeline
{
    /// <summary>Addresses in one line; all of them are in <c>--json</c> and in <c>queue show</c>.</summary>
    private const int MostAddresses = 5;

    public static IReadOnlyList<Moment> Of(MessageRecord record, ReplyTables replies, Language language) =>
    [
        .. new[] { Session(record), Policy(record), Queued(record) }.OfType<Moment>()
            .Concat(Attempts(record, replies, language))
            .Concat(record.Changes.Select(change => Change(record, change)))
            .Concat(Expired(record))
            .Concat(record.Notices.Where(notice => notice.At is not null).Select(notice => Told(record, notice)))
            .OrderBy(moment => moment.At),
    ];

    /// <summary>The first few, and how many more.</summary>
    public static string Some(IReadOnlyCollection<string> addresses) => string.Join(", ", addresses.Take(MostAddresses))
        + (addresses.Count > MostAddresses ? $" and {addresses.Count - MostAddresses} more" : string.Empty);

    public static string Count(long count, string what) => $"{Number(count)} {what}{(count == 1 ? string.Empty : "s")}";

    private static Moment? Session(MessageRecord record)
    {
        var (mail, arrival) = (record.Envelope, record.Arrival);
        var origin = mail.Origin;
        return origin.IsNotice ? null : new Moment(
            Began(record),
            "session",
            $"{(origin.HelloName.Length == 0 ? "nameless" : origin.HelloName)} [{origin.Address}]"
                + (arrival is null ? string.Empty : $" at listener {arrival.Listener}")
                + $", {origin.Protocol}, {(origin.Tls is null ? "no TLS" : origin.Tls)}, {(origin.User is null ? "no login" : $"user {origin.User}")}",
            arrival is null or { Quirks.Count: 0 } ? [] : [("quirks", string.Join(", ", arrival.Quirks))]);
    }

    private static Moment? Policy(MessageRecord record)
    {
        var (origin, arrival) = (record.Envelope.Origin, record.Arrival);
        if (origin.IsNotice)
        {
            return null;
        }

        var why = arrival switch
        {
            null => "how it covers the address is not kept",
            { Network: null } => "it is for any address",
            _ => $"its {arrival.Network} covers {origin.Address}",
        };
        return new Moment(
            Began(record),
            "policy",
            origin.IsPickup
                ? $"{origin.Client}, as Pickup.Client says: networks and users do not count for a file"
                : $"entry {origin.Client} of Clients decided: {why}{(origin.User is null ? string.Empty : $", and {origin.User} may log in there")}",
            arrival is null ? [] :
            [
                .. arrival.Refused.Select(refused => ("refused", $"{(refused.To is null ? string.Empty : $"{refused.To}: ")}{refused.Reply} ({refused.Reason})")),
                .. arrival.MoreRefused > 0 ? [("refused", $"{arrival.MoreRefused} more in the same session")] : Array.Empty<(string, string)>(),
            ]);
    }

    /// <summary>A file of the pickup directory is received before its session, which nobody sees, begins.</summary>
    private static DateTimeOffset Began(MessageRecord record) =>
        record.Arrival is { } arrival && arrival.ConnectedAt < record.Envelope.ReceivedAt ? arrival.ConnectedAt : record.Envelope.ReceivedAt;

    private static Moment Queued(MessageRecord record)
    {
        var mail = record.Envelope;
        var parts = record.Recipients.GroupBy(recipient => (recipient.Part, recipient.Parts, recipient.Lane)).ToList();
        var written = mail.Origin.IsNotice ? "a notice that the relay wrote, " : string.Empty;
        return new Moment(
            mail.ReceivedAt,
            "queued",
            $"{written}{Count(record.Recipients.Count, "recipient")} in {Count(parts.Count, "part")}, {mail.Size} octets, {QueueText.Word(mail.Priority)}",
            [.. parts.Select(part => ($"part {part.Key.Part}/{part.Key.Parts}", $"by {part.Key.Lane.Words}: {Some([.. part.Select(recipient => recipient.Address)])}"))]);
    }

    private static IEnumerable<Moment> Attempts(MessageRecord record, ReplyTables replies, Language language)
    {
        var parts = record.Recipients.Count == 0 ? 1 : record.Recipients[0].Parts;
        IReadOnlyList<string> rewriting = [];
        foreach (var attempt in record.Attempts)
        {
            var details = new List<(string, string)>();
            if (attempt.Rewriting.Count > 0)
            {
                var again = attempt.Rewriting.SequenceEqual(rewriting, StringComparer.Ordinal);
                details.Add(("rewriting", again ? "as before" : string.Join(", ", attempt.Rewriting)));
                rewriting = attempt.Rewriting;
            }

            foreach (var same in attempt.Results.GroupBy(result => (result.Outcome, result.Reply, result.Failure)))
            {
                details.Add((QueueText.Word(same.Key.Outcome), $"{Some(Names(record, same.Select(result => result.Recipient)))}: {same.Key.Reply}"));
                details.AddRange(Explanation(replies.Of(attempt.Account), same.First(), language));
            }

            var took = attempt.EndedAt is { } end ? $"took {QueueText.Span(end - attempt.StartedAt)}" : "has not ended";
            yield return new Moment(
                attempt.StartedAt, "attempt", $"{Number(attempt.Number)} of part {attempt.Part}/{parts} by {attempt.Account}, {took}", details);
        }
    }

    /// <summary>In the words of <c>explain</c>.</summary>
    private static IEnumerable<(string, string)> Explanation(ReplyTable replies, AttemptResultRecord result, Language language)
    {
        if (result.Outcome == Outcome.Unsure)
        {
            return [(language.Say("cause"), language.Say("the reply to the final dot is missing: it may have been delivered, and may be sent twice"))];
        }

        return ReplyExplanation.OfAttempt(replies, result) is { } verdict ? ExplainText.Lines(verdict, language) : [];
    }

    private static Moment Change(MessageRecord record, ChangeRecord change) => new(
        change.At,
        QueueText.Word(change.Kind),
        $"by {change.By}{(change.Reason is null ? string.Empty : $", {change.Reason}")}: {Some(Names(record, change.Recipients))}",
        []);

    /// <summary>Those that housekeeping ended, between attempts.</summary>
    private static IEnumerable<Moment> Expired(MessageRecord record)
    {
        var ended = record.Attempts.SelectMany(attempt => attempt.Results).Where(result => result.Outcome is Outcome.Failed or Outcome.Expired)
            .Select(result => result.Recipient)
            .Concat(record.Changes.Where(change => change.Kind == ChangeKind.Bounce).SelectMany(change => change.Recipients))
            .ToHashSet();
        return from recipient in record.Recipients
               where recipient is { State: RecipientState.Failed, EndedAt: not null } && !ended.Contains(recipient.Number)
               group recipient by recipient.EndedAt!.Value into same
               select new Moment(
                   same.Key, "expired", $"its lifetime was over at {Time(record.Envelope.ExpiresAt)}: {Some([.. same.Select(recipient => recipient.Address)])}", []);
    }

    private static Moment Told(MessageRecord record, NoticeRecord notice)
    {
        var what = $"{Some(Names(record, notice.Recipients))} {(notice.IsDelayed ? "late" : "failed")}";
        return new Moment(
            notice.At!.Value,
            "told",
            notice.Notice is { } id
                ? $"{notice.Receiver}: {what}, by notice {id}"
                : $"nobody: {what}, and there is no internal sender, no NotifyOnFailure and no Postmaster",
            []);
    }

    private static string[] Names(MessageRecord record, IEnumerable<int> numbers)
    {
        var wanted = numbers.ToHashSet();
        return [.. record.Recipients.Where(recipient => wanted.Contains(recipient.Number)).Select(recipient => recipient.Address)];
    }
}
