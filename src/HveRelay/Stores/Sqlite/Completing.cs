using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Writes down how an attempt ended, recipient by recipient.</summary>
internal sealed class Completing(PartRows parts, AttemptRows attempts, RecipientEnds ends, Ledger ledger)
{
    public bool Complete(AttemptEnd end)
    {
        var (message, part) = (end.Lease.Message.Value, end.Lease.Part);
        if (attempts.Find(message, end.AttemptId) is not { } attempt)
        {
            return false;
        }

        var sent = 0;
        foreach (var recipient in end.Recipients)
        {
            if (!attempt.Recipients.Contains(recipient.Number))
            {
                throw new ArgumentException($"recipient {recipient.Number} is not in attempt {end.AttemptId}", nameof(end));
            }

            attempts.Result(attempt, recipient.Number, recipient.Outcome, recipient.Reply, recipient.Failure);
            sent += recipient.Outcome is Outcome.Relayed or Outcome.Unsure ? 1 : 0;
        }

        // What was sent counts and is on record, also where another has taken the part over meanwhile.
        attempts.End(attempt, end.At, end.Rewriting);
        ledger.Write(attempt.Scopes, sent, end.At);
        var holds = parts.Attempts(end.Lease) is not null;
        if (holds)
        {
            var tally = default(Tally);
            foreach (var recipient in end.Recipients)
            {
                ends.Move((message, part, recipient.Number), RecipientEnd.StateAfter(recipient), recipient.DueAt, end.At, ref tally);
            }

            ends.Count(message, tally, end.At);
            parts.Free(message, part);
        }

        ledger.Settle(attempt.Scopes, attempt.Granted, sent, end.At);
        return holds;
    }
}
