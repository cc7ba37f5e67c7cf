namespace HveRelay.Simulator;

/// <summary>Recipients in any 24 hours. Thread-safe. Takings of one second are one entry, which leaves with its youngest.</summary>
internal sealed class DailyWindow(int limit, TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly LinkedList<(DateTimeOffset At, int Count)> _entries = [];
    private int _used;

    /// <summary>False: they do not fit, and none is counted.</summary>
    public bool TryTake(int recipients)
    {
        if (limit <= 0)
        {
            return true;
        }

        lock (_gate)
        {
            var now = clock.GetUtcNow();
            while (_entries.First is { } first && now - first.Value.At >= Length)
            {
                _used -= first.Value.Count;
                _entries.RemoveFirst();
            }

            if (_used + recipients > limit)
            {
                return false;
            }

            _used += recipients;
            var last = _entries.Last;
            if (last is not null && last.Value.At.ToUnixTimeSeconds() == now.ToUnixTimeSeconds())
            {
                last.Value = (now, last.Value.Count + recipients);
            }
            else
            {
                _entries.AddLast((now, recipients));
            }

            return true;
        }
    }
}
