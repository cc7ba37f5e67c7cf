using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>
/// How a rolling day of one scope goes on. Pure: from the minutes of the ledger, the limit and the time.
/// </summary>
/// <param name="Used">Recipients in the last 24 hours.</param>
/// <param name="Limit">0 is none.</param>
/// <param name="PerHour">Today's rate: since midnight, over an hour at least.</param>
/// <param name="ReachedAt">When the limit is reached at today's rate; null: not within 24 hours, reached already, or no limit.</param>
/// <param name="RoomAt">Where the limit is reached: when the next recipient fits, if nothing else is sent; else null.</param>
public sealed record QuotaForecast(long Used, long Limit, double PerHour, DateTimeOffset? ReachedAt, DateTimeOffset? RoomAt)
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>Of the limit, in percent; null where there is none.</summary>
    public double? Percent => Limit == 0 ? null : 100.0 * Used / Limit;

    /// <param name="minutes">Of one scope, of the last 24 hours at least, in any order.</param>
    /// <param name="midnight">The beginning of the day where the relay is.</param>
    /// <param name="reserved">Recipients of attempts under way: they count, and do not leave.</param>
    public static QuotaForecast Of(
        IReadOnlyList<LedgerMinute> minutes, long reserved, long limit, DateTimeOffset now, DateTimeOffset midnight)
    {
        var window = minutes.Where(minute => minute.Until > now - QuotaRule.Day).OrderBy(minute => minute.Until).ToList();
        var used = window.Sum(minute => minute.Recipients) + reserved;
        var today = window.Where(minute => minute.Until > midnight).Sum(minute => minute.Recipients);
        var perHour = today / Math.Max(1, (now - midnight).TotalHours);
        return new QuotaForecast(
            used,
            limit,
            perHour,
            limit == 0 || used >= limit ? null : Reached(window, used, limit, perHour, now),
            limit == 0 || used < limit ? null : Room(window, used, limit, now));
    }

    /// <summary>Minute by minute: what is sent comes in at the rate, what was sent a day before goes out.</summary>
    private static DateTimeOffset? Reached(List<LedgerMinute> window, long used, long limit, double perHour, DateTimeOffset now)
    {
        double gone = 0;
        var next = 0;
        for (var at = now + Step; at <= now + QuotaRule.Day; at += Step)
        {
            for (; next < window.Count && window[next].Until <= at - QuotaRule.Day; next++)
            {
                gone += window[next].Recipients;
            }

            if (used - gone + (perHour * (at - now).TotalHours) >= limit)
            {
                return at;
            }
        }

        return null;
    }

    private static DateTimeOffset? Room(List<LedgerMinute> window, long used, long limit, DateTimeOffset now)
    {
        foreach (var minute in window)
        {
            used -= minute.Recipients;
            if (used < limit)
            {
                return minute.Until + QuotaRule.Day;
            }
        }

        // Only attempts under way are in the way: they end soon.
        return now;
    }
}
