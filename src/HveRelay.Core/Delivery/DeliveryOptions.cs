using HveRelay.Configuration;

namespace HveRelay.Delivery;

/// <summary>Times of delivery that are no key of the configuration.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Longer than any attempt can take: the time-outs of one transaction added up.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>How often the queue is looked at when nobody says that there is something: other programs change it too.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection is kept without work.</summary>
    public TimeSpan KeepConnection { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two runs of expiry and purge.</summary>
    public TimeSpan Housekeeping { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks for what other nodes of the queue left when they died.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What becomes of recipients of whom nobody knows whether they got the message.</summary>
    public WhenUnsure WhenUnsure { get; init; }

    /// <summary>Parts in hand for each connection: the next is ready when the one before is done.</summary>
    public int PartsAhead { get; init; } = 2;
}
