using System.Diagnostics.Metrics;

namespace HveRelay.Mail;

/// <summary>The counters that the rooms keep, under the contract's names; gauges are read by whoever shows them.</summary>
public sealed class RelayMeter : IDisposable
{
    public const string Name = "HveRelay";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _received;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _recipients;
    private readonly Histogram<double> _delivery;

    public RelayMeter()
    {
        _received = _meter.CreateCounter<long>("hverelay_messages_received_total", null, "Messages accepted with 250");
        _refused = _meter.CreateCounter<long>("hverelay_messages_refused_total", null, "Refusals, by reason");
        _recipients = _meter.CreateCounter<long>("hverelay_recipients_total", null, "Recipients by what an attempt came to");
        _delivery = _meter.CreateHistogram<double>("hverelay_delivery_seconds", "s", "From accepted to relayed");
    }

    /// <summary>The meter itself, to tell this relay's numbers from those of another in the same process.</summary>
    public Meter Meter => _meter;

    public void Received(string client) => _received.Add(1, new KeyValuePair<string, object?>("client", client));

    public void Refused(string client, string reason) =>
        _refused.Add(1, new KeyValuePair<string, object?>("client", client), new KeyValuePair<string, object?>("reason", reason));

    public void Recipients(string account, Outcome outcome, int count = 1) =>
        _recipients.Add(
            count,
            new KeyValuePair<string, object?>("account", account),
            new KeyValuePair<string, object?>("outcome", outcome switch
            {
                Outcome.Relayed => "relayed",
                Outcome.Deferred => "deferred",
                Outcome.Unsure => "unsure",
                _ => "failed",
            }));

    public void Delivered(TimeSpan sinceAccepted) => _delivery.Record(sinceAccepted.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
