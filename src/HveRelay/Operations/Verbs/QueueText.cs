using System.Globalization;
using System.Text;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Wording;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs;

/// <summary>The queue for people.</summary>
internal static class QueueText
{
    public const string NoId = "not a queue id, which has 13 letters and digits";
    public const string NotFound = "no such message in the queue or its history";

    /// <param name="due">NEXT of what is due.</param>
    public static string Of(IReadOnlyList<QueueEntry> entries, DateTimeOffset now, Func<QueueEntry, string> due)
    {
        if (entries.Count == 0)
        {
            return "no messages\n";
        }

        return Table(
            ["ID", "STATE", "AGE", "NEXT", "TRIES", "SIZE", "CLIENT", "FROM", "TO", "LAST REPLY"],
            entries.Select(entry => new[]
            {
                entry.Envelope.Id.ToString(),
                entry.IsSending ? "sending" : Word(entry.State),
                Span(now - entry.Envelope.ReceivedAt),
                Next(entry.NextDue, now, due(entry)),
                Number(entry.Attempts),
                Number(entry.Envelope.Size),
                entry.Envelope.Origin.Client,
                Sender(entry.Envelope),
                string.Join(',', entry.Recipients) + (entry.RecipientCount > entry.Recipients.Count ? $",+{entry.RecipientCount - entry.Recipients.Count}" : string.Empty),
                entry.LastReply ?? "-",
            }));
    }

    public static string Of(MessageRecord record, ReplyTables replies, Waits waits, DateTimeOffset now, Language language)
    {
        var mail = record.Envelope;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{mail.Id} from {Sender(mail)}, {mail.Size} octets, {Word(mail.Priority)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  received {Time(mail.ReceivedAt)} from {mail.Origin.HelloName} [{mail.Origin.Address}], client {mail.Origin.Client}");
        text.Append(mail.Origin.User is null ? string.Empty : $", user {mail.Origin.User}").Append($", {mail.Origin.Tls ?? "no TLS"}\n");
        text.Append(record.EndedAt is { } ended ? $"  ended {Time(ended)}\n" : $"  tried until {Time(mail.ExpiresAt)}\n");
        text.Append("Recipients\n").Append(Indented(Table(
            ["TO", "STATE", "PART", "BY", "NEXT", "LAST REPLY"],
            record.Recipients.Select(recipient => new[]
            {
                recipient.Address,
                Word(recipient.State),
                $"{recipient.Part}/{recipient.Parts}",
                By(recipient, record),
                Next(recipient.DueAt, now, waits.Of(recipient.Lane)),
                recipient.LastReply ?? "-",
            }))));
        text.Append("Attempts\n");
        var names = record.Recipients.ToDictionary(recipient => recipient.Number, recipient => recipient.Address);
        foreach (var attempt in record.Attempts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Time(attempt.StartedAt)} part {attempt.Part}, attempt {attempt.Number} by {attempt.Account}");
            text.Append(attempt.EndedAt is { } end ? $", took {Span(end - attempt.StartedAt)}\n" : ", under way\n");
            foreach (var result in attempt.Results)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {Word(result.Outcome)} {names.GetValueOrDefault(result.Recipient)}: {OneLine(result.Reply)}\n");
                if (ReplyExplanation.OfAttempt(replies.Of(attempt.Account), result) is { } verdict)
                {
                    text.Append("      ").Append(language.Say(verdict.Cause, verdict.Remedy)).Append('\n');
                }
            }
        }

        text.Append(record.Attempts.Count == 0 ? "  none yet\n" : string.Empty);
        text.Append(record.Changes.Count == 0 ? string.Empty : "Changes\n");
        foreach (var change in record.Changes)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Time(change.At)} {Word(change.Kind)} by {change.By}");
            text.Append(change.Reason is null ? ": " : $", {change.Reason}: ").AppendJoin(", ", change.Recipients.Select(number => names[number])).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Who relayed it; until then, who may.</summary>
    private static string By(RecipientRecord recipient, MessageRecord record) => record.Attempts
        .LastOrDefault(attempt => attempt.Results.Any(result => result.Recipient == recipient.Number && result.Outcome == Outcome.Relayed))
        ?.Account ?? recipient.Lane.Words;

    /// <summary>The two largest units: 3d4h, 5m10s, 2.5s, 20ms.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => $"{(int)span.TotalDays}d{span.Hours}h",
        { TotalHours: >= 1 } => $"{span.Hours}h{span.Minutes}m",
        { TotalMinutes: >= 1 } => $"{span.Minutes}m{span.Seconds}s",
        { TotalSeconds: < 1 } => $"{(int)span.TotalMilliseconds}ms",
        { TotalSeconds: < 10 } => span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + "s",
        _ => $"{(int)span.TotalSeconds}s",
    };

    public static string Next(DateTimeOffset? due, DateTimeOffset now, string ifDue = Waits.ForNothing) =>
        due is null ? "-" : due > now ? "in " + Span(due.Value - now) : ifDue;

    public static string Waiting(long messages) => messages == 1 ? "1 message waits" : $"{Number(messages)} messages wait";

    public static string Sender(Envelope mail) => mail.ReversePath.Length == 0 ? "<>" : mail.ReversePath;

    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
