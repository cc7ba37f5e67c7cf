using System.Runtime.CompilerServices;

namespace HveRelay.Tests.Support;

/// <summary>Waits for something that another task or program is about to do. The bound is a safety net, never part of a test.</summary>
public static class Until
{
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(1), LongestLook = TimeSpan.FromMilliseconds(20);

    private const int Seconds = 120;

    /// <summary>A wait is longer than it has to be by one part in so many at most.</summary>
    private const int Part = 20;

    /// <param name="what">Said when it did not happen; without it, the condition itself.</param>
    public static Task True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") => True(condition, () => what, Seconds);

    /// <param name="story">What has happened instead, said when it did not happen.</param>
    public static Task True(Func<bool> condition, Func<string> story, int seconds) => TrueAsync(() => Task.FromResult(condition()), story, seconds);

    /// <summary>As above, of something that has to be asked for.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "") => TrueAsync(condition, () => what, Seconds);

    private static async Task TrueAsync(Func<Task<bool>> condition, Func<string> story, int seconds)
    {
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        while (!await condition())
        {
            var waited = clock.GetElapsedTime(begun);
            if (waited.TotalSeconds > seconds)
            {
                throw new TimeoutException($"This did not happen in {seconds} s: {story()}");
            }

            // A pause, not a yield, and a longer one the longer it lasts: whoever is waited for needs the processor.
            await Task.Delay(new TimeSpan(Math.Clamp(waited.Ticks / Part, ShortestLook.Ticks, LongestLook.Ticks)), clock);
        }
    }
}
