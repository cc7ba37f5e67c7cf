using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>Makes an operator's changes, tells of each in the log, and lets delivery look at once.</summary>
public sealed class QueueOperator(IQueueStore store, MailLog log, RelayMeter meter, QueueSignal signal)
{
    /// <summary>So few that mail which arrives meanwhile gets in between.</summary>
    private const int AtOnce = 50;

    /// <summary>A result for each message, in their order.</summary>
    /// <exception cref="StoreException">It broke midway: what was changed before is in the log.</exception>
    public async Task<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change, CancellationToken cancel)
    {
        var results = new List<ChangeResult>(change.Messages.Count);
        foreach (var messages in change.Messages.Chunk(AtOnce))
        {
            var changed = await store.ChangeAsync(change with { Messages = messages }, cancel);
            results.AddRange(changed);
            foreach (var result in changed)
            {
                Tell(change, result);
            }

            signal.Pulse();
        }

        return results;
    }

    private void Tell(QueueChange change, ChangeResult result)
    {
        foreach (var recipient in result.Recipients)
        {
            if (recipient.Effect is ChangeEffect.Changed or ChangeEffect.ChangedWhileSending)
            {
                Tell(change, result.Envelope!, recipient);
            }
        }
    }

    private void Tell(QueueChange change, Envelope mail, RecipientChange recipient)
    {
        var note = recipient.Effect == ChangeEffect.ChangedWhileSending ? "it is being sent, and what comes of that stands" : null;
        switch (change.Kind)
        {
            case ChangeKind.Hold:
                log.Held(mail, recipient.Address, change.By, change.Reason, note);
                break;
            case ChangeKind.Release:
                log.Released(mail, recipient.Address, change.By, change.Reason, note);
                break;
            case ChangeKind.Retry:
                log.Retried(mail, recipient.Address, change.By, change.Reason);
                break;
            case ChangeKind.Remove:
                log.Removed(mail, recipient.Address, change.By, change.Reason);
                break;
            default:
                meter.Recipients(string.Empty, Outcome.Failed);
                log.Bounced(mail, recipient.Address, change.By, change.Reason!);
                if (mail.Origin.IsNotice)
                {
                    log.NoticeFailed(mail, recipient.Address);
                }

                break;
        }
    }
}
