using HveRelay.Configuration;

namespace HveRelay.Delivery;

/// <summary>HVE's table of replies and those of the smarthosts: the same code means something else elsewhere.</summary>
public sealed class ReplyTables
{
    private readonly Dictionary<string, ReplyTable> _smarthosts;

    private ReplyTables(ReplyTable hve, Dictionary<string, ReplyTable> smarthosts) => (Hve, _smarthosts) = (hve, smarthosts);

    public ReplyTable Hve { get; }

    public static ReplyTables From(RelayOptions options) => new(
        ReplyTable.OfHve(options),
        options.Smarthosts.DistinctBy(each => each.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(each => each.Name, ReplyTable.From, StringComparer.OrdinalIgnoreCase));

    /// <summary>The table of whoever made the attempt; one of a smarthost that is no longer configured has the built-in rows.</summary>
    public ReplyTable Of(string account) =>
        _smarthosts.TryGetValue(account, out var own) ? own
        : SenderName.IsSmarthost(account) ? ReplyTable.OfAnySmarthost
        : Hve;
}
