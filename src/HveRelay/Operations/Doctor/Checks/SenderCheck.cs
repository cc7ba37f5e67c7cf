using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>HVE takes each account as sender, and the postmaster as recipient. The transaction is reset before DATA: nothing is sent.</summary>
internal static class SenderCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (examination.LoggedIn.Count == 0)
        {
            return Finding.NotReached("no account is logged in");
        }

        var hve = examination.Options.Hve;
        var postmaster = examination.Options.Postmaster;
        var recipient = postmaster.Length > 0 && hve.AcceptedDomains.Contains(AddressText.DomainOf(postmaster), StringComparer.OrdinalIgnoreCase) ? postmaster : null;
        foreach (var (account, connection) in examination.LoggedIn)
        {
            if (await connection.RehearseAsync(account, recipient, cancel) is { } refusal)
            {
                return Finding.Of(examination.Replies, refusal, refusal.Stage == Stage.Rcpt ? $"{account} to the postmaster {recipient}: " : $"{account}: ");
            }
        }

        return Finding.Ok($"MAIL FROM{(recipient is null ? string.Empty : $" and RCPT TO {recipient}")} taken, and reset: nothing was sent") with
        {
            Notes = examination.Options.Rewrite.From == RewriteFrom.Keep
                ? ["Rewrite.From: Keep leaves From as devices write it: HVE refuses what is not the account with 550 5.6.241"]
                : [],
        };
    }
}
