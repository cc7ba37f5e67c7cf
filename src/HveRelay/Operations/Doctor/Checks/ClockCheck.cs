using HveRelay.Queue;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>
/// The clock of this machine against what can be known: the time in the greeting of the next hop, as Exchange Online has it, and what the
/// queue has written down. A wrong one makes certificates and tokens invalid, and mail expire.
/// </summary>
internal static class ClockCheck
{
    /// <summary>As much as the identity platform allows.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMinutes(5);

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var now = examination.Clock.GetUtcNow();
        if (await HopGreeting.ReadAsync(examination, cancel) is { Time: { } theirs })
        {
            now = examination.Clock.GetUtcNow();
            var words = $"{Words(now - theirs)} {examination.Options.Hve.Host}";
            return (now - theirs).Duration() > Allowed ? Wrong(words) : Finding.Ok(words);
        }

        if (await LatestAsync(examination, cancel) is { } latest && latest > now + Allowed)
        {
            return Wrong($"it shows {now:yyyy-MM-dd HH:mm:ss}Z, and the queue has an attempt of {latest.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        }

        return Finding.NotReached("nobody there to compare it with");
    }

    private static async Task<DateTimeOffset?> LatestAsync(Examination examination, CancellationToken cancel) => examination.Queue is { } queue
        && await queue.LastAttemptsAsync(cancel) is { Count: > 0 } attempts ? attempts.Max((LastAttempt attempt) => attempt.At) : null;

    private static Finding Wrong(string words) => Finding.Wrong(
        words, "The clock of this machine is wrong: certificates and tokens are not valid by it", "set it by NTP: timedatectl, chronyc tracking, or the host of the virtual machine");

    private static string Words(TimeSpan ahead) => ahead.Duration() < TimeSpan.FromSeconds(2) ? "as at"
        : ahead > TimeSpan.Zero ? $"{ahead:d\\.hh\\:mm\\:ss} ahead of" : $"{ahead:d\\.hh\\:mm\\:ss} behind";
}
