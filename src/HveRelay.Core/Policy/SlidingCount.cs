namespace HveRelay.Policy;

/// <summary>
/// Counts what happens by key over the last stretch of time, to keep it under a limit: never are there more than the limit in any
/// such stretch, and at most a sixtieth of it too long does an event count. Memory is bounded: the key that was asked for longest ago
/// is forgotten for a new one. Safe for many threads.
/// </summary>
/// <param name="window">The stretch.</param>
/// <param name="mostKeys">Keys that are remembered; each costs some 400 octets.</param>
public sealed class SlidingCount<TKey>(TimeSpan window, int mostKeys, TimeProvider clock)
    where TKey : notnull
{
    /// <summary>The slot that is filling, and sixty whole ones behind it.</summary>
    private const int Slots = 61;

    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();

    /// <summary>Keys that are remembered now.</summary>
    public int Keys
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Counts one more if there are fewer than <paramref name="limit"/>; false, and not counted, if not.</summary>
    public bool TryAdd(TKey key, int limit)
    {
        lock (_gate)
        {
            var (entry, slot) = (Use(key), Slot());
            if (entry.Count(slot) >= limit)
            {
                return false;
            }

            entry.Add(slot);
            return true;
        }
    }

    /// <summary>Are there so many by now? Asks without counting, and remembers no new key.</summary>
    public bool HasReached(TKey key, int limit)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var node) && node.Value.Count(Slot()) >= limit;
        }
    }

    /// <summary>How long it takes at most until there is one fewer of this key; nothing where there is none.</summary>
    public TimeSpan Left(TKey key)
    {
        lock (_gate)
        {
            var slot = Slot();
            if (!_entries.TryGetValue(key, out var node) || node.Value.Oldest(slot) is not { } oldest)
            {
                return TimeSpan.Zero;
            }

            // A slot counts until as many whole ones have passed as there are.
            return TimeSpan.FromTicks((oldest + Slots) * SlotTicks) - clock.GetElapsedTime(_began);
        }
    }

    private long SlotTicks => window.Ticks / (Slots - 1);

    private long Slot() => clock.GetElapsedTime(_began).Ticks / SlotTicks;

    private Entry Use(TKey key)
    {
        if (_entries.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
        }
        else
        {
            if (_entries.Count >= mostKeys && _byUse.First is { } oldest)
            {
                _byUse.RemoveFirst();
                _entries.Remove(oldest.Value.Key);
            }

            node = new LinkedListNode<Entry>(new Entry(key));
            _entries.Add(key, node);
        }

        _byUse.AddLast(node);
        return node.Value;
    }

    private sealed class Entry(TKey key)
    {
        private readonly int[] _counts = new int[Slots];
        private long _newest;
        private int _sum;

        public TKey Key => key;

        public int Count(long slot)
        {
            // Slots that have left the window are emptied; after a long pause all of them, each once.
            for (var passed = Math.Min(slot - _newest, Slots); passed > 0; passed--)
            {
                ref var count = ref _counts[(slot - passed + 1) % Slots];
                _sum -= count;
                count = 0;
            }

            _newest = slot;
            return _sum;
        }

        /// <summary>The oldest slot in which something is counted.</summary>
        public long? Oldest(long slot)
        {
            if (Count(slot) == 0)
            {
                return null;
            }

            var oldest = slot - Slots + 1;
            while (oldest < 0 || _counts[oldest % Slots] == 0)
            {
                oldest++;
            }

            return oldest;
        }

        public void Add(long slot)
        {
            _counts[slot % Slots]++;
            _sum++;
        }
    }
}
