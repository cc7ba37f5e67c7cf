using System.Runtime.CompilerServices;

namespace HveRelay.Tests.Support;

/// <summary>Waits for something that another task or program is about to do. The bound is a safety net, never part of a test.</summary>
public static class Until
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <param name="what">Said when it did not happen; without it, the condition itself.</param>
    public static Task True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") => True(condition, () => what, 60);

    /// <param name="story">What has happened instead, said when it did not happen.</param>
    public static async Task True(Func<bool> condition, Func<string> story, int seconds)
    {
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        while (!condition())
        {
            if (clock.GetElapsedTime(begun).TotalSeconds > seconds)
            {
                throw new TimeoutException($"This did not happen in {seconds} s: {story()}");
            }

            // A pause, not a yield: whoever is waited for needs the processor.
            await Task.Delay(Look, clock);
        }
    }
}
