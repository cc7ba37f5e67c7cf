namespace HveRelay.Benchmarks.Measuring;

/// <summary>Before anything is measured every server works for a while: code compiled, processes started, files grown.</summary>
internal static class Warmth
{
    private static readonly Load Usual = new(10, 2048, Keeps: false);
    private static readonly Load Large = new(2, 102_400, Keeps: false);

    public static async Task WarmAsync(Entrant entrant, CancellationToken cancel)
    {
        if (entrant.SendAsync is { } send)
        {
            await send(Usual, 3000, cancel);
            await send(Large, 100, cancel);
            await send(Usual, 3000, cancel);
        }
    }
}
