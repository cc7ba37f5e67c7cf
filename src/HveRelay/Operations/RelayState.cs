using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Queue;

namespace HveRelay.Operations;

/// <summary>What health and metrics look at.</summary>
/// <param name="FreeBytes">Free space where the data directory is.</param>
internal sealed record RelayState(
    RelayOptions Options,
    IReadOnlyList<SenderPlan> Plans,
    IQueueStore Store,
    AccountBoard Board,
    SessionRegistry Sessions,
    TimeProvider Clock,
    Func<long> FreeBytes)
{
    /// <summary>Another list when the configuration changes.</summary>
    public IReadOnlyList<SenderPlan> Plans { get; set; } = Plans;

    /// <summary>Every listener is bound.</summary>
    public bool IsListening { get; set; }
}
