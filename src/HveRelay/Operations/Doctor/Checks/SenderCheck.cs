using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>HVE takes each account as sender, and the postmaster as recipient. The transaction is reset before DATA: nothing is sent.</summary>
internal static class SenderCheck
{
    /// <summary>A refusal of the recipient alone is about the postmaster, who is no stranger to the configuration.</summary>
    private static Finding Judge(ReplyTable replies, SmtpFailure refusal, string account, string? recipient) =>
        refusal.Stage == Stage.Rcpt && replies.Classify(refusal).Class == ReplyClass.Permanent
            ? Finding.Wrong(
                $"{account} to {recipient}: {refusal.Words}", "HVE does not take mail to the postmaster: nobody is told where no sender can be",
                "Postmaster, a mailbox that takes mail from the account")
            : Finding.Of(replies, refusal, refusal.Stage == Stage.Rcpt ? $"{account} to {recipient}: " : $"{account}: ");

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (examination.LoggedIn.Count == 0)
        {
            return Finding.NotReached("no account is logged in");
        }

        if (examination.Options.Rewrite.From == RewriteFrom.Keep)
        {
            return Finding.Ok("Rewrite.From is Keep: each message has its own sender, so none was tried");
        }

        var hve = examination.Options.Hve;
        var postmaster = examination.Options.Postmaster;
        var recipient = postmaster.Length > 0 && hve.AcceptedDomains.Contains(AddressText.DomainOf(postmaster), StringComparer.OrdinalIgnoreCase) ? postmaster : null;
        foreach (var (account, connection) in examination.LoggedIn)
        {
            if (await connection.RehearseAsync(account, recipient, cancel) is { } refusal)
            {
                return Judge(examination.Replies, refusal, account, recipient);
            }
        }

        return Finding.Ok($"MAIL FROM{(recipient is null ? string.Empty : $" and RCPT TO {recipient}")} taken, and reset: nothing was sent");
    }
}
