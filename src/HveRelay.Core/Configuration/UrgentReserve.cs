using System.Globalization;

namespace HveRelay.Configuration;

/// <summary>
/// What of a daily limit is kept for urgent mail: a number of recipients, of the tenant's limit alone; or a percentage, of the
/// tenant's and of each account's own. Pure.
/// </summary>
public readonly record struct UrgentReserve(long Recipients, int Percent)
{
    public static UrgentReserve None => default;

    /// <summary>Reads <c>500</c> or <c>5%</c>.</summary>
    public static bool TryParse(string text, out UrgentReserve reserve)
    {
        var isPercent = text.EndsWith('%');
        var isNumber = long.TryParse(isPercent ? text.AsSpan(0, text.Length - 1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        reserve = !isNumber || (isPercent && number > 99) ? None : isPercent ? new UrgentReserve(0, (int)number) : new UrgentReserve(number, 0);
        return isNumber && (!isPercent || number <= 99);
    }

    /// <summary>What mail that is not urgent may use of the tenant's limit; 0 stays no limit, and one recipient is always left.</summary>
    public long LeavesOfTenant(long limit) => limit == 0 ? 0 : Math.Max(1, limit - Recipients - Share(limit));

    /// <summary>What mail that is not urgent may use of an account's own limit.</summary>
    public long LeavesOfAccount(long limit) => limit == 0 ? 0 : Math.Max(1, limit - Share(limit));

    /// <summary>Rounded up: a reserve of 1 % of 50 is one recipient.</summary>
    private long Share(long limit) => ((limit * Percent) + 99) / 100;
}
