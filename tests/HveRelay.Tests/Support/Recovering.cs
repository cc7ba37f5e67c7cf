using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Support;

public static class Recovering
{
    /// <summary>What a recovery tells.</summary>
    public static async Task<IReadOnlyList<RecoveredAttempt>> RecoverAsync(
        this IQueueStore store, IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, CancellationToken cancel)
    {
        var told = new List<RecoveredAttempt>();
        await store.RecoverAsync(configured, now, dueAt, told.AddRange, cancel);
        return told;
    }
}
