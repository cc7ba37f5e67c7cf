using HveRelay.Mail;

namespace HveRelay.Delivery;

/// <summary>
/// Who sends whose mail. Any account that can sends what is in nobody's lane. What is in the lane of one account goes by another while
/// that one is faulty or its quota used up, and only where the configuration says so of it: From changes with it.
/// </summary>
/// <param name="plans">Those of the configuration as it is now.</param>
internal sealed class TakeOver(Func<IReadOnlyList<SenderPlan>> plans, AccountBoard board)
{
    private IEnumerable<SenderPlan> Hve => plans().Where(IsHve);

    /// <summary>The lanes that an account serves now.</summary>
    public IReadOnlyList<Lane> LanesOf(SenderPlan plan)
    {
        List<Lane> others = IsHve(plan) ? [.. Hve.Where(other => !IsSame(other, plan) && IsTakenOver(other)).Select(OwnLane)] : [];
        return others.Count == 0 ? plan.Lanes : [.. plan.Lanes, .. others];
    }

    /// <summary>What this account cannot send now in the lane, a healthy one would.</summary>
    public bool GoesOtherwise(SenderPlan plan, Lane lane) =>
        IsHve(plan)
        && (lane == Lane.AnyAccount || (lane == OwnLane(plan) && plan.TakeOver))
        && Hve.Any(other => !IsSame(other, plan) && board.Of(other.Account).State == AccountState.Healthy);

    private bool IsTakenOver(SenderPlan plan) =>
        plan.TakeOver && board.Of(plan.Account).State is AccountState.Faulty or AccountState.Exhausted;

    private static bool IsSame(SenderPlan one, SenderPlan other) => string.Equals(one.Account, other.Account, StringComparison.OrdinalIgnoreCase);

    private static bool IsHve(SenderPlan plan) => plan.Smarthost is null;

    private static Lane OwnLane(SenderPlan plan) => Lane.Account(plan.Account);
}
