namespace HveRelay.Delivery;

/// <summary>
/// When a quota that fills is worth a line: at 70 and at 90 percent, once for each crossing. It has to fall by five points before the
/// same line comes again, or a steady stream would tell of it all day. Pure.
/// </summary>
public static class QuotaLevel
{
    private const int Slack = 5;
    private static readonly int[] Levels = [90, 70];

    /// <summary>90, 70 or 0, the level after <paramref name="before"/>. Higher than before: to be told.</summary>
    public static int After(int before, long used, long limit)
    {
        var now = Of(used * 100, limit);
        return now >= before ? now : Math.Min(before, Of((used * 100) + (limit * Slack), limit));
    }

    private static int Of(long hundredfold, long limit) => limit == 0 ? 0 : Levels.FirstOrDefault(level => hundredfold >= limit * level);
}
