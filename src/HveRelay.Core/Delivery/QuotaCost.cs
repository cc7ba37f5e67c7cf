namespace HveRelay.Delivery;

/// <summary>
/// What Microsoft bills: each recipient to whom something was delivered, and of a distribution list each member. Pure; an estimate,
/// since lists within lists, moderation and what is refused behind HVE are not seen here.
/// </summary>
/// <param name="Expanded">Recipients as they are billed.</param>
/// <param name="Dollars">US dollars.</param>
public sealed record QuotaCost(long Expanded, decimal Dollars)
{
    /// <summary>US$ for a million expanded recipients: Microsoft's price as of November 2026.</summary>
    public const decimal DollarsPerMillion = 42m;

    /// <param name="recipients">As sent, a list counting as one.</param>
    /// <param name="lists">How often each list was sent to, and how many members it has.</param>
    public static QuotaCost Of(long recipients, IEnumerable<(long Sent, long Members)> lists)
    {
        var expanded = recipients + lists.Sum(list => list.Sent * (list.Members - 1));
        return new QuotaCost(expanded, expanded * DollarsPerMillion / 1_000_000m);
    }
}
