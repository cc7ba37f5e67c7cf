using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Policy;

/// <summary>How large a message may be and how many recipients a transaction may have, by lane; and where one goes that is too large for HVE. Pure.</summary>
internal sealed class LaneLimits
{
    private readonly long _hve;
    private readonly Lane? _oversizeVia;
    private readonly int _recipients;
    private readonly Dictionary<Lane, (long Octets, int Recipients)> _smarthosts;

    public LaneLimits(RelayOptions options)
    {
        (_hve, _recipients) = (options.Hve.MaxMessageBytes, options.Hve.MaxRecipientsPerMessage);
        _smarthosts = options.Smarthosts.DistinctBy(each => each.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(each => Lane.Smarthost(each.Name), each => (each.MaxMessageBytes, each.MaxRecipientsPerMessage));
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
}
