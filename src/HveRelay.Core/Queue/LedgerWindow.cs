namespace HveRelay.Queue;

/// <summary>
/// What one scope sent, by the second, and what it has reserved. A recipient counts from the second it was sent in, rounded up,
/// and leaves a window when that second is as old as the window: no window ever holds more than it may.
/// </summary>
public sealed class LedgerWindow
{
    /// <summary>How long to wait where only reservations are in the way: they end soon, and nobody knows how.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    // Through is the sum of all counts up to and with the entry, so that any window is one subtraction.
    private readonly List<(long Second, long Through)> _entries = [];
    private long _forgotten;

    /// <summary>Recipients of attempts under way. They count in every window until they end.</summary>
    public long Reserved { get; private set; }

    /// <summary>The latest second under which anything stands; the least number where nothing does.</summary>
    public long Latest => _entries.Count == 0 ? long.MinValue : _entries[^1].Second;

    private long Total => _entries.Count == 0 ? _forgotten : _entries[^1].Through;

    /// <summary>The second since 1970 UTC under which recipients sent at <paramref name="at"/> stand.</summary>
    public static long SecondOf(DateTimeOffset at)
    {
        var whole = at.ToUnixTimeSeconds();
        return at.UtcTicks % TimeSpan.TicksPerSecond == 0 ? whole : whole + 1;
    }

    public void Reserve(long recipients) => Reserved += recipients;

    public void GiveBack(long recipients) => Reserved -= recipients;

    /// <summary>Adds recipients that were sent, usually at the end; a clock set back adds them before it.</summary>
    public void Add(long second, long recipients)
    {
        var place = FirstAfter(second);
        if (place > 0 && _entries[place - 1].Second == second)
        {
            place--;
        }
        else
        {
            _entries.Insert(place, (second, place == 0 ? _forgotten : _entries[place - 1].Through));
        }

        for (var i = place; i < _entries.Count; i++)
        {
            _entries[i] = (_entries[i].Second, _entries[i].Through + recipients);
        }
    }

    /// <summary>Takes out what stands under later seconds.</summary>
    public void DropAfter(long second)
    {
        var first = FirstAfter(second);
        _entries.RemoveRange(first, _entries.Count - first);
    }

    /// <summary>Recipients sent after <paramref name="since"/>, and the reserved ones.</summary>
    public long Used(DateTimeOffset since) => Total - Through(since) + Reserved;

    /// <summary>How many more may go at <paramref name="at"/>, 0 at least.</summary>
    public long Room(long limit, DateTimeOffset at, TimeSpan window) => Math.Max(0, limit - Used(at - window));

    /// <summary>When at least one more fits, given that the reserved ones all go.</summary>
    public DateTimeOffset FitsAt(long limit, DateTimeOffset at, TimeSpan window)
    {
        var since = at - window;
        var mustLeave = Used(since) - limit + 1;
        var enough = Through(since) + mustLeave;
        for (var i = FirstAfter(since.ToUnixTimeSeconds()); i < _entries.Count; i++)
        {
            if (_entries[i].Through >= enough)
            {
                // What was sent while the clock was ahead was sent by now: it leaves a window from now on at the latest.
                var leaves = DateTimeOffset.FromUnixTimeSeconds(_entries[i].Second);
                return (leaves < at + Recheck ? leaves : at) + window;
            }
        }

        return at + Recheck;
    }

    /// <summary>Drops what no window will ask for any more.</summary>
    public void Forget(DateTimeOffset until)
    {
        var old = FirstAfter(until.ToUnixTimeSeconds());

        // Removing from the front moves the rest: worth it only for many at once.
        if (old > 1024 && old > _entries.Count / 2)
        {
            _forgotten = _entries[old - 1].Through;
            _entries.RemoveRange(0, old);
        }
    }

    private long Through(DateTimeOffset moment)
    {
        var place = FirstAfter(moment.ToUnixTimeSeconds());
        return place == 0 ? _forgotten : _entries[place - 1].Through;
    }

    private int FirstAfter(long second)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _entries[middle].Second > second ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
