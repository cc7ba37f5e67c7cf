using HveRelay.Delivery;

namespace HveRelay.Operations.Control;

/// <summary>What a verb asks of the running relay: that accounts send nothing, or send again.</summary>
internal sealed record AccountOrder(IReadOnlyList<string> Accounts, bool Pause, string User, string? Sudo, string? Reason);

/// <param name="Changed">False where it was so already.</param>
internal sealed record AccountChange(string Account, bool Found, bool Changed);

/// <summary>One account: the JSON of the control socket and of <c>--json</c>. Where no relay runs only what the queue knows.</summary>
/// <param name="State">Null where nobody knows.</param>
/// <param name="Kind">What is at fault.</param>
/// <param name="Reply">The latest words of HVE about the state; where no relay runs, those of the latest attempt.</param>
/// <param name="Allowed">As many connections as it may have now: fewer than Hve.MaxConnections where HVE asked for less.</param>
/// <param name="Attempted">When the latest attempt was, where no relay runs.</param>
internal sealed record AccountAnswer(
    string Account, AccountState? State, DateTimeOffset? Since, FaultKind? Kind, string? Cause, string? Remedy, string? Reply,
    DateTimeOffset? Attempted, DateTimeOffset? NextTry, int? Connections, int? Allowed = null)
{
    public static AccountAnswer Of(AccountStatus status, int connections, int? allowed = null) => new(
        status.Account, status.State, status.Since, status.Fault == FaultKind.None ? null : status.Fault, Known(status.Cause), Known(status.Remedy),
        status.Reply, null, status.NextTry, connections, allowed);

    private static string? Known(string text) => text.Length == 0 ? null : text;
}
