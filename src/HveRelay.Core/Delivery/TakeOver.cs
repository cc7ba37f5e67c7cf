using HveRelay.Mail;

namespace HveRelay.Delivery;

/// <summary>
/// Who sends whose mail. Any account that can sends what is in nobody's lane. What is in the lane of one account goes by another while
/// that one is faulty or its quota used up, and only where the configuration says so of it: From changes with it.
/// </summary>
internal sealed class TakeOver(IReadOnlyList<SenderPlan> plans, AccountBoard board)
{
    private readonly List<SenderPlan> _hve = [.. plans.Where(IsHve)];

    /// <summary>The lanes that an account serves now.</summary>
    public IReadOnlyList<Lane> LanesOf(SenderPlan plan)
    {
        if (!IsHve(plan) || _hve.TrueForAll(other => other == plan || !IsTakenOver(other)))
        {
            return plan.Lanes;
        }

        return [.. plan.Lanes, .. _hve.Where(other => other != plan && IsTakenOver(other)).Select(OwnLane)];
    }

    /// <summary>What this account cannot send now in the lane, a healthy one would.</summary>
    public bool GoesOtherwise(SenderPlan plan, Lane lane) =>
        IsHve(plan)
        && (lane == Lane.AnyAccount || (lane == OwnLane(plan) && plan.TakeOver))
        && _hve.Exists(other => other != plan && board.Of(other.Account).State == AccountState.Healthy);

    private bool IsTakenOver(SenderPlan plan) =>
        plan.TakeOver && board.Of(plan.Account).State is AccountState.Faulty or AccountState.Exhausted;

    private static bool IsHve(SenderPlan plan) => plan.Smarthost is null;

    private static Lane OwnLane(SenderPlan plan) => Lane.Account(plan.Account);
}
