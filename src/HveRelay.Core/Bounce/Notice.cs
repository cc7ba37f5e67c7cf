using HveRelay.Mail;
using HveRelay.Smtp.Message;
using HveRelay.Wording;

namespace HveRelay.Bounce;

/// <summary>One notice: what one receiver is told at once.</summary>
/// <param name="Account">The HVE account that it is from.</param>
/// <param name="Postmaster">Who answers questions; may be empty.</param>
/// <param name="Failed">Recipients that failed, of those that are not listed too.</param>
/// <param name="Delayed">As many are late.</param>
/// <param name="Recipients">Those that are listed.</param>
/// <param name="Language">Of the part for people, and of the subject; fields for programs are in English.</param>
public sealed record Notice(
    MessageId Id,
    DateTimeOffset At,
    string HostName,
    string Account,
    string Postmaster,
    IReadOnlyList<string> To,
    int Failed,
    int Delayed,
    IReadOnlyList<NoticedRecipient> Recipients,
    Language Language)
{
    /// <summary>A recipient of the one message that all of it is about, or null.</summary>
    internal NoticedRecipient? OnlyMessage =>
        Recipients.Count == Failed + Delayed && Recipients.DistinctBy(each => each.Envelope.Id).Count() == 1 ? Recipients[0] : null;

    /// <summary>
    /// The notice as a message. RFC 3464 knows reports about one message only: of several the fields of the message are left out, and
    /// each recipient names the queue id of its own.
    /// </summary>
    public byte[] Write()
    {
        var text = new NoticeText(this, Language);
        return DeliveryReportWriter.Write(new DeliveryReport(
            Id.ToString(),
            new NamedMailbox(text.From, Account),
            To,
            Postmaster.Length > 0 ? Postmaster : null,
            text.Subject,
            At,
            HostName,
            text.Body(),
            OnlyMessage?.Envelope.ReceivedAt,
            OnlyMessage?.Original.MessageId,
            [.. Recipients.Select(Report)],
            OnlyMessage?.Original.Header ?? default));
    }

    private static ReportedRecipient Report(NoticedRecipient recipient) => new(
        recipient.Address,
        recipient.HasFailed ? "failed" : "delayed",
        recipient.Status,
        recipient.Reply,
        recipient.LastAttempt,
        recipient.Kind == NoticeKind.Delayed ? recipient.Envelope.ExpiresAt : null,
        recipient.Envelope.Id.ToString());
}
