namespace HveRelay.Simulator;

/// <summary>The newest so many of something. Thread-safe.</summary>
internal sealed class Ring<T>(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _items = new();

    public void Add(T item)
    {
        if (limit <= 0)
        {
            return;
        }

        lock (_gate)
        {
            if (_items.Count == limit)
            {
                _items.Dequeue();
            }

            _items.Enqueue(item);
        }
    }

    public IReadOnlyList<T> Snapshot()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }
}
