using System.Diagnostics.CodeAnalysis;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// A queue that many fill and one thread empties. It waits without spinning, unlike the framework's: on a busy machine a thread that
/// spins takes its processor from those it waits for.
/// </summary>
internal sealed class Inbox<T>
    where T : class
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = [];
    private bool _waits, _woken, _closed;

    /// <summary>False once it is closed.</summary>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _items.Enqueue(item);
            if (_waits)
            {
                _waits = false;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            return _items.TryDequeue(out item);
        }
    }

    /// <summary>Until there is something to take, or somebody wakes, or the time is over; false when there will be nothing more.</summary>
    public bool Wait(TimeSpan most)
    {
        lock (_gate)
        {
            while (_items.Count == 0 && !_closed && !_woken)
            {
                _waits = true;
                if (!Monitor.Wait(_gate, most))
                {
                    break;
                }
            }

            (_waits, _woken) = (false, false);
            return _items.Count > 0 || !_closed;
        }
    }

    /// <summary>Ends a wait, the next one where none is under way.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            if (_waits)
            {
                _waits = false;
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Takes no more. What is in it can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }
}
