using HveRelay.Delivery;
using HveRelay.Operations.Control;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Stores;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>What HVE said to mail, which no check may send: the accounts as the running relay sees them, else their latest attempts.</summary>
internal static class AccountsCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (examination.Queue is null)
        {
            return Finding.NotReached("no queue");
        }

        try
        {
            var answers = await examination.Accounts(cancel);
            return answers.Select(answer => Wrong(examination, answer)).FirstOrDefault(finding => finding is not null)
                ?? Finding.Ok(string.Join(", ", answers.Select(Words)));
        }
        catch (Exception trouble) when (trouble is ControlException or StoreException or StoreOpenException)
        {
            return Finding.Wrong(trouble.Message.ReplaceLineEndings(" "), "The accounts cannot be asked for", "restart the relay; the log says more");
        }
    }

    private static Finding? Wrong(Examination examination, AccountAnswer answer) => answer switch
    {
        { State: AccountState.Healthy } => null,

        // The relay has not tried since it was mended.
        { State: AccountState.Faulty, Kind: FaultKind.Credentials or FaultKind.Policy or FaultKind.AppNotAllowed or FaultKind.Connection }
            when examination.LoggedIn.ContainsKey(answer.Account) => new Finding(
                CheckResult.Wrong, $"{answer.Account} is faulty: {answer.Reply}", $"The login failed when the relay tried last, and works now: {answer.Cause}", "nobody",
                $"it is tried again by itself{(answer.NextTry is { } next ? $", not before {next.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : string.Empty)}; if the relay has an older configuration than this one, restart it"),
        { State: { } state } => Finding.Of(
            new ReplyVerdict(ReplyClass.AccountFault, FaultKind.None, answer.Cause ?? state.ToString(), answer.Remedy ?? string.Empty, Confidence.Microsoft, "this relay"),
            $"{answer.Account} is {state.ToString().ToLowerInvariant()}{(answer.Reply is null ? string.Empty : $": {answer.Reply}")}"),
        { Reply: { } words } when Reply.TryParse(words, out var reply) && reply is { IsPermanent: true } && ReplyTables.From(examination.Options).Of(answer.Account).Classify(Stage.FinalDot, reply) is { Class: not ReplyClass.Permanent } verdict
            => Finding.Of(verdict, $"{answer.Account}, latest attempt: {words}"),
        _ => null,
    };

    private static string Words(AccountAnswer answer) =>
        $"{answer.Account} {(answer.State is { } state ? state.ToString().ToLowerInvariant() : answer.Reply is { } reply ? $"latest attempt: {reply}" : "without an attempt yet")}";
}
