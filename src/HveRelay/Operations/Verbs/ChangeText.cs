using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Queue;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs;

/// <summary>What a change came to, for people.</summary>
internal static class ChangeText
{
    /// <summary>The messages as they are now: a running relay may be on with them already.</summary>
    public static async Task<string> TableAsync(
        IReadOnlyList<ChangeAnswer> answers, IQueueReader queue, RelayOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var waits = await Waits.ReadAsync(queue, options, clock.GetUtcNow(), cancel);
        var rows = new List<string[]>();
        foreach (var answer in answers.Where(answer => answer.Found))
        {
            if (await queue.FindAsync(MessageId.Parse(answer.Id), cancel) is { } record)
            {
                rows.Add(Row(answer, record, waits, clock.GetUtcNow()));
            }
        }

        return rows.Count == 0 ? string.Empty : Table(["ID", "CHANGED", "STATE", "NEXT", "FROM", "TO", "LAST REPLY"], rows);
    }

    /// <summary>A line for each message that was not changed as it was asked.</summary>
    public static IReadOnlyList<string> Complaints(ChangeKind kind, IReadOnlyList<ChangeAnswer> answers) =>
        [.. answers.SelectMany(answer => Complaints(kind, answer).Select(sentence => $"{answer.Id}: {sentence}"))];

    private static string[] Row(ChangeAnswer answer, MessageRecord record, Waits waits, DateTimeOffset now)
    {
        var meant = answer.Recipients.Select(recipient => recipient.Number).ToHashSet();
        var recipients = record.Recipients.Where(recipient => meant.Contains(recipient.Number)).ToList();
        return
        [
            answer.Id,
            $"{answer.Changed}/{answer.Recipients.Count}",
            OrDash(string.Join(',', recipients.Select(recipient => recipient.State).Distinct().Order().Select(QueueText.Word))),
            QueueText.Next(recipients.Min(recipient => recipient.DueAt), now, waits.Of(record with { Recipients = recipients }, now)),
            QueueText.Sender(record.Envelope),
            OrDash(string.Join(',', recipients.Select(recipient => recipient.Address))),
            OrDash(string.Join(" / ", recipients.Select(recipient => recipient.LastReply).Where(reply => reply is not null).Distinct())),
        ];
    }

    private static IEnumerable<string> Complaints(ChangeKind kind, ChangeAnswer answer)
    {
        if (!answer.Found)
        {
            yield return QueueText.NotFound;
        }
        else if (answer.Recipients.Count == 0)
        {
            yield return "has no such recipient";
        }

        var sending = answer.Recipients.Where(recipient => recipient.Effect == ChangeEffect.Sending).Select(recipient => recipient.To).ToList();
        if (sending.Count > 0)
        {
            yield return $"not changed, since it is being sent just now: {string.Join(", ", sending)}; "
                + (kind == ChangeKind.Retry ? "that is a try already" : "'queue hold' keeps it if that fails for now");
        }

        if (answer is { Found: true, Changed: 0, Recipients.Count: > 0 } && sending.Count == 0)
        {
            yield return answer.Recipients.All(recipient => recipient.Effect == ChangeEffect.Ended)
                ? $"has ended: {States(answer.Recipients)}"
                : $"is {States(answer.Recipients.Where(recipient => recipient.Effect != ChangeEffect.Ended))}{Besides(kind)}";
        }
    }

    private static string Besides(ChangeKind kind) => kind switch
    {
        ChangeKind.Hold => " already",
        ChangeKind.Retry => "; release it first",
        _ => string.Empty,
    };

    private static string States(IEnumerable<RecipientAnswer> recipients) =>
        string.Join(" and ", recipients.Select(recipient => recipient.State).Distinct().Order().Select(QueueText.Word));
}
