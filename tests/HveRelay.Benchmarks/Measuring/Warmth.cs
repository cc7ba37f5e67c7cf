namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// Before anything is measured every server works for a while: processes started, files grown, and for a program of .NET its code
/// compiled for good, which takes some 15,000 messages. What is measured is a relay that has been up for a day.
/// </summary>
internal static class Warmth
{
    private const int AtATime = 500;
    private const int Enough = 15_000;

    /// <summary>The share of the time that those need that come compiled.</summary>
    private const double Compiled = 0.25;

    private static readonly Load Usual = new(10, 2048, Keeps: false);
    private static readonly Load Large = new(2, 102_400, Keeps: false);

    public static async Task WarmAsync(Entrant entrant, TimeSpan time, TimeProvider clock, CancellationToken cancel)
    {
        if (entrant.SendAsync is not { } send)
        {
            return;
        }

        var start = clock.GetTimestamp();
        var most = entrant.Compiles ? time : Compiled * time;
        await send(Large, 50, cancel);
        for (var sent = 0; sent < Enough && clock.GetElapsedTime(start) < most; sent += AtATime)
        {
            await send(Usual, AtATime, cancel);
        }
    }
}
