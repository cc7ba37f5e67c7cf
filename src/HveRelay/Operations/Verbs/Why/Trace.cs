using HveRelay.Queue;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>A line of the timeline of an address or a client: a message, or a refusal.</summary>
/// <param name="State">refused, sending, or the state of the message.</param>
/// <param name="Words">The latest reply to us, or the reply that refused; null where there is none yet.</param>
/// <param name="Reason">Of a refusal.</param>
internal sealed record Trace(
    DateTimeOffset At, string State, string? Id, string Client, string Address, string? From, string? To, string? Reason, string? Words)
{
    public const string Refused = "refused";

    public static Trace Of(QueueEntry entry, bool relayRuns) => new(
        entry.Envelope.ReceivedAt,
        entry.IsSending && relayRuns ? "sending" : QueueText.Word(entry.State),
        entry.Envelope.Id.ToString(),
        entry.Envelope.Origin.Client,
        entry.Envelope.Origin.Address,
        entry.Envelope.ReversePath,
        string.Join(',', entry.Recipients) + (entry.RecipientCount > entry.Recipients.Count ? $",+{entry.RecipientCount - entry.Recipients.Count}" : string.Empty),
        null,
        entry.LastReply);

    public static Trace Of(MessageRecord record) => new(
        record.Envelope.ReceivedAt,
        WhyText.States(record),
        record.Envelope.Id.ToString(),
        record.Envelope.Origin.Client,
        record.Envelope.Origin.Address,
        record.Envelope.ReversePath,
        MessageTimeline.Some([.. record.Recipients.Select(recipient => recipient.Address)]),
        null,
        record.Recipients.FirstOrDefault(recipient => recipient.LastReply is not null)?.LastReply);

    public static Trace Of(Refusal refusal) => new(
        refusal.At, Refused, null, refusal.Client, refusal.Address, refusal.From, refusal.To, refusal.Reason, refusal.Reply);
}
