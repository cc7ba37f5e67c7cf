using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HveRelay.Mail;

namespace HveRelay.Operations.Metrics;

/// <summary>Adds up what a <see cref="RelayMeter"/> reports, for the Prometheus page.</summary>
internal sealed class MeterTotals : IDisposable
{
    /// <summary>Upper bounds in seconds: from a fast relay to a night of trouble.</summary>
    private static readonly double[] Bounds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), long> _counts = new();
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private double _sum;

    public MeterTotals(RelayMeter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
                Instruments.Add(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
            _counts.AddOrUpdate((instrument.Name, LabelText.Of(labels)), value, (_, total) => total + value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Record(value));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    public IEnumerable<(string Labels, long Value)> Counts(string name) =>
        from count in _counts
        where count.Key.Name == name
        orderby count.Key.Labels
        select (count.Key.Labels, count.Value);

    /// <summary>Cumulative buckets, the last one without a bound, and the sum.</summary>
    public (IReadOnlyList<(double Bound, long Count)> Buckets, double Sum) Histogram()
    {
        lock (_gate)
        {
            var total = 0L;
            return ([.. _buckets.Select((count, i) => (i < Bounds.Length ? Bounds[i] : double.PositiveInfinity, total += count))], _sum);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(double seconds)
    {
        var index = Array.FindIndex(Bounds, bound => seconds <= bound);
        lock (_gate)
        {
            _buckets[index < 0 ? Bounds.Length : index]++;
            _sum += seconds;
        }
    }
}
