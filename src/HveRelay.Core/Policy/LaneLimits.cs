using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Policy;

/// <summary>
/// How large a message may be as it arrives and how many recipients a transaction may have, by lane; and where one goes that is too
/// large for HVE. Pure.
/// </summary>
internal sealed class LaneLimits
{
    /// <summary>
    /// Octets of a limit that are kept for what the relay adds to the header: Received, From, Reply-To, Date and Message-ID are
    /// seldom 1 KiB. What arrives within the rest leaves within the limit, rather than be answered 250 and fail at the next hop.
    /// </summary>
    private const long HeaderReserve = 4096;

    private readonly long _hve;
    private readonly Lane? _oversizeVia;
    private readonly int _recipients;
    private readonly Dictionary<Lane, (long Octets, int Recipients)> _smarthosts;

    public LaneLimits(RelayOptions options)
    {
        (_hve, _recipients) = (Arriving(options.Hve.MaxMessageBytes), options.Hve.MaxRecipientsPerMessage);
        _smarthosts = options.Smarthosts.DistinctBy(each => each.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(each => Lane.Smarthost(each.Name), each => (Arriving(each.MaxMessageBytes), each.MaxRecipientsPerMessage));
        _oversizeVia = options.Hve.OversizeVia.Length == 0 ? null : Lane.Smarthost(options.Hve.OversizeVia);
        var ways = options.Routes.Select(route => Lane.Smarthost(route.Via)).Where(_smarthosts.ContainsKey).Append(Lane.AnyAccount);
        Largest = ways.Max(Of);
    }

    /// <summary>What the way takes that takes the most.</summary>
    public long Largest { get; }

    public long Of(Lane lane) =>
        lane.IsSmarthost ? (_smarthosts.TryGetValue(lane, out var limits) ? limits.Octets : _hve)
        : _oversizeVia is { } via ? Math.Max(_hve, Of(via))
        : _hve;

    public int RecipientsOf(Lane lane) => _smarthosts.TryGetValue(lane, out var limits) ? limits.Recipients : _recipients;

    public Lane LaneFor(Lane lane, long octets) => !lane.IsSmarthost && octets > _hve ? _oversizeVia ?? lane : lane;

    /// <summary>A tenth at most is kept: a small limit is not used up by it.</summary>
    private static long Arriving(long leaving) => leaving - Math.Min(HeaderReserve, leaving / 10);
}
