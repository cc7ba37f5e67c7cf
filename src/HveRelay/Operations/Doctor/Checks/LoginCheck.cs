using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Upstream;
using HveRelay.Upstream.Tokens;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>Each account logs in, with its password or with a token.</summary>
internal static class LoginCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var accounts = examination.Options.Hve.Accounts;
        if (!examination.IsSecured)
        {
            return Finding.NotReached("no connection with TLS");
        }

        if (accounts.Count == 0)
        {
            return Finding.NotReached("Hve.Accounts has none");
        }

        using var tokens = AccountTokens.For(examination.Options, examination.Clock);
        var upstream = new HveUpstream(examination.Options, examination.Clock, tokens, Examination.Patience) { Dialer = examination.Dialer };
        (string Account, SmtpFailure Failure)? first = null;
        foreach (var account in accounts)
        {
            switch (await upstream.ConnectAsync(account.Address, cancel))
            {
                case ConnectResult.Connected { Connection: UpstreamConnection connection }:
                    examination.LoggedIn.Add(account.Address, connection);
                    break;
                case ConnectResult.Failed failed:
                    first ??= (account.Address, failed.Failure);
                    break;
            }
        }

        return first is var (address, failure)
            ? Finding.Of(examination.Replies, failure, $"{address}: ") is var finding && examination.LoggedIn.Count == 0
                ? finding
                : finding with { Words = $"{finding.Words}; {examination.LoggedIn.Count} of {accounts.Count} accounts log in" }
            : Finding.Ok(string.Join(", ", accounts.Select(account => $"{account.Address} with {(account.OAuth is not null ? "a token" : account.Password is null ? "nothing" : "its password")}")));
    }
}
