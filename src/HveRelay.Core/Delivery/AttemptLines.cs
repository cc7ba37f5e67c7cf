using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>What log and counters say of an attempt that ended.</summary>
internal sealed class AttemptLines(DeliveryContext context, DuePart part, string account)
{
    private string PartName => $"{part.Number}/{part.Of}";

    /// <summary>Said and written out before it is recorded: from then on they may go again, and a kill in between must not keep that secret.</summary>
    public void Unsure(AttemptVerdicts verdicts)
    {
        var unsure = verdicts.Ends.Where(verdict => verdict.End.Outcome == Outcome.Unsure).ToList();
        foreach (var (address, end, _) in unsure)
        {
            context.Log.Unsure(part.Envelope, address, account, PartName, part.Attempt, end.Reply, end.DueAt);
        }

        if (unsure.Count > 0)
        {
            context.Log.WriteOut();
        }
    }

    /// <summary>What <see cref="Unsure"/> has said is not said again.</summary>
    public void Ended(AttemptVerdicts verdicts)
    {
        foreach (var verdict in verdicts.Ends)
        {
            Tell(verdict);
        }

        if (verdicts.Ends.Where(verdict => verdict.End is { Outcome: Outcome.Unsure, DueAt: null }).ToList() is { Count: > 0 } held)
        {
            context.Log.UnsureHeld(part.Envelope.Id, string.Join(", ", held.Select(verdict => verdict.Address)));
        }
    }

    /// <summary>What HVE said, and what the queue knows of it. Nothing is counted: who ends the attempt counts it.</summary>
    public void NotRecorded(AttemptVerdicts verdicts, string cause)
    {
        foreach (var verdict in verdicts.Ends)
        {
            if (verdict.End.Outcome is Outcome.Relayed or Outcome.Unsure)
            {
                context.Log.NotRecorded(part.Envelope, verdict.Address, account, PartName, part.Attempt, verdict.End.Reply, cause);
            }
            else
            {
                context.Log.Deferred(part.Envelope, verdict.Address, account, PartName, part.Attempt, verdict.End.Reply, cause, null);
            }
        }
    }

    private void Tell(AttemptVerdict verdict)
    {
        var mail = part.Envelope;
        var end = verdict.End;
        context.Meter.Recipients(account, end.Outcome);
        switch (end.Outcome)
        {
            case Outcome.Relayed:
                context.Meter.Delivered(context.Clock.GetUtcNow() - mail.ReceivedAt);
                context.Log.Relayed(mail, verdict.Address, account, PartName, part.Attempt, end.Reply);
                break;
            case Outcome.Deferred:
                context.Log.Deferred(mail, verdict.Address, account, PartName, part.Attempt, end.Reply, verdict.Verdict!.Cause, end.DueAt);
                break;
            case Outcome.Unsure:
                break;
            case Outcome.Expired:
                context.Log.Expired(mail, verdict.Address, part.Attempt, end.Reply);
                break;
            default:
                context.Log.Failed(
                    mail, verdict.Address, account, PartName, part.Attempt, end.Reply, verdict.Verdict!.Cause, verdict.Verdict.Remedy);
                break;
        }

        if (mail.Origin.IsNotice && end.Outcome is (Outcome.Failed or Outcome.Expired))
        {
            context.Log.NoticeFailed(mail, verdict.Address);
        }
    }
}
